// Takes a payment through the Api edition: creates an order, and checks the callback when it was paid.
//
//	QRTILL_URL=https://pay.example.com QRTILL_PID=1001 QRTILL_KEY=… go run ./api-edition create A1001 9.90 https://shop.example.com/callback
//	QRTILL_KEY=… go run ./api-edition serve 8000
package main

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"example.com/shop/orders"
)

func create(orderID, price, callbackURL string) (string, error) {
	if err := orders.Remember(orderID, price); err != nil {
		return "", err
	}
	base := strings.TrimRight(os.Getenv("QRTILL_URL"), "/") // the console shows it with a slash at its end
	answer, err := http.PostForm(base+"/m/"+os.Getenv("QRTILL_PID")+"/api/order", url.Values{
		"order_id":     {orderID},
		"order_price":  {price},
		"redirect_url": {callbackURL},
		"pay_format":   {"html"},
		"pay_type":     {"alipay"},
		"sign":         {hexMD5(hexMD5(orderID+price) + os.Getenv("QRTILL_KEY"))},
	})
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var order struct {
		Code int
		Data string
		Msg  string
	}
	if err := json.NewDecoder(answer.Body).Decode(&order); err != nil {
		return "", err
	}
	if order.Code != 0 {
		return "", errors.New(order.Msg)
	}
	return base + order.Data, nil
}

// The signature covers the order's number alone, so the price must be the one that was asked for.
func checkCallback(query url.Values) bool {
	orderID := query.Get("order_id")
	expected := hexMD5(hexMD5(orderID) + os.Getenv("QRTILL_KEY"))
	if subtle.ConstantTimeCompare([]byte(query.Get("sign")), []byte(expected)) != 1 {
		return false
	}
	return orders.IsPriceOf(orderID, query.Get("order_price"))
}

func callback(answer http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	if !checkCallback(query) {
		log.Print("wrong signature, or not the order's price")
		http.Error(answer, "fail", http.StatusBadRequest)
		return
	}
	first, err := orders.MarkPaid(query.Get("order_id"))
	if err != nil {
		log.Print(err) // it could not be kept: the callback comes again
		http.Error(answer, "fail", http.StatusInternalServerError)
		return
	}
	if first {
		fmt.Println("paid", query.Get("order_id")) // here the goods are handed over, once
	}
	fmt.Fprint(answer, "success")
}

func hexMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

func main() {
	isServe := len(os.Args) == 3 && os.Args[1] == "serve"
	isCreate := len(os.Args) == 5 && os.Args[1] == "create"
	if !isServe && !isCreate {
		log.Fatal("usage: go run ./api-edition create <order> <price> <callback_url>\n       go run ./api-edition serve <port>")
	}
	if isServe {
		if os.Getenv("QRTILL_KEY") == "" {
			log.Fatal("QRTILL_KEY is not set: without it anybody could sign")
		}
		fmt.Println("listening on", os.Args[2])
		server := http.Server{Addr: ":" + os.Args[2], Handler: http.HandlerFunc(callback), ReadTimeout: 10 * time.Second}
		log.Fatal(server.ListenAndServe())
	}
	page, err := create(os.Args[2], os.Args[3], os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page)
}
