// Takes a payment through the API v1: creates an order, and checks the webhook when it was paid.
//
//	QRTILL_URL=https://pay.example.com QRTILL_KEY=sk_test_… go run ./v1 create A1001 9.90 https://shop.example.com/webhook
//	QRTILL_WEBHOOK_SECRET=whsec_… go run ./v1 serve 8000
//
// QRTILL_WEBHOOK_SECRET is the secret of the order's notify_url, not that of an endpoint, and of the key's mode, test or live:
// in the console it is made under 开发者 → 商户 → Webhook → notify_url 的签名密钥 (Developers → Webhooks → Secret of notify_url).
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/shop/orders"
)

const tolerance = 5 * time.Minute

func create(orderID, price, notifyURL string) (string, error) {
	if err := orders.Remember(orderID, price); err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]string{
		"out_trade_no": orderID,
		"amount":       price,
		"subject":      "Order " + orderID,
		"notify_url":   notifyURL,
	})
	if err != nil {
		return "", err
	}
	till := strings.TrimRight(os.Getenv("QRTILL_URL"), "/") // the console shows it with a slash at its end
	request, err := http.NewRequest(http.MethodPost, till+"/api/v1/orders", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("QRTILL_KEY"))
	request.Header.Set("Content-Type", "application/json")
	// No Idempotency-Key: out_trade_no is the guard. The same order asked for again must open again after it
	// expired, and a key would give the first answer once more.
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var order struct {
		PaymentURL string `json:"payment_url"`
		Error      struct{ Message string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&order); err != nil {
		return "", err
	}
	if order.PaymentURL == "" {
		return "", errors.New(order.Error.Message)
	}
	return order.PaymentURL, nil
}

// As Standard Webhooks says: over id, time and the body as it came; one of the signatures must fit.
func isGenuine(header http.Header, body []byte) bool {
	seconds, err := strconv.ParseInt(header.Get("webhook-timestamp"), 10, 64)
	if err != nil {
		return false
	}
	if age := time.Since(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return false
	}
	mac := hmac.New(sha256.New, signingKey())
	fmt.Fprintf(mac, "%s.%d.", header.Get("webhook-id"), seconds)
	mac.Write(body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, given := range strings.Split(header.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(given), []byte(expected)) {
			return true
		}
	}
	return false
}

// Empty when it is not set: then anybody could sign.
func signingKey() []byte {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("QRTILL_WEBHOOK_SECRET"), "whsec_"))
	if err != nil {
		return nil
	}
	return key
}

// What is not 2xx comes again, and stands in the log of deliveries.
func webhook(answer http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, 64<<10))
	if err != nil || !isGenuine(request.Header, body) {
		log.Print("wrong signature, a time that is off, or too long a body")
		answer.WriteHeader(http.StatusBadRequest)
		return
	}
	var event struct {
		Type string
		Data struct {
			OutTradeNo string `json:"out_trade_no"`
			Amount     string
		}
	}
	if err := json.Unmarshal(body, &event); err != nil {
		answer.WriteHeader(http.StatusBadRequest)
		return
	}
	order := event.Data
	isPaid := event.Type == "order.paid" || event.Type == "order.paid_late"
	if !isPaid {
		answer.WriteHeader(http.StatusNoContent)
		return
	}
	if !orders.IsPriceOf(order.OutTradeNo, order.Amount) {
		answer.WriteHeader(http.StatusConflict)
		return
	}
	first, err := orders.MarkPaid(order.OutTradeNo)
	if err != nil {
		log.Print(err)
		answer.WriteHeader(http.StatusInternalServerError)
		return
	}
	if first {
		fmt.Println("paid", order.OutTradeNo) // here the goods are handed over, once
	}
	answer.WriteHeader(http.StatusNoContent)
}

func main() {
	isServe := len(os.Args) == 3 && os.Args[1] == "serve"
	isCreate := len(os.Args) == 5 && os.Args[1] == "create"
	if !isServe && !isCreate {
		log.Fatal("usage: go run ./v1 create <order> <price> <notify_url>\n       go run ./v1 serve <port>")
	}
	if isServe {
		if len(signingKey()) == 0 {
			log.Fatal("QRTILL_WEBHOOK_SECRET is not set: without it anybody could sign")
		}
		fmt.Println("listening on", os.Args[2])
		server := http.Server{Addr: ":" + os.Args[2], Handler: http.HandlerFunc(webhook), ReadTimeout: 10 * time.Second}
		log.Fatal(server.ListenAndServe())
	}
	page, err := create(os.Args[2], os.Args[3], os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page)
}
