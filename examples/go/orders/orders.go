// Package orders is what a shop keeps of its orders: a folder with a file for each.
// In a shop of yours this is the database.
package orders

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

var (
	known = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	yuan  = regexp.MustCompile(`^([0-9]{1,7})(?:\.([0-9]{1,2}))?$`)
)

func Remember(orderID, price string) error {
	path, err := pathOf(orderID)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(price), 0o600)
}

// IsPriceOf compares whole cents, for 9.9 comes back as 9.90. It is false for an order that this shop does not know.
func IsPriceOf(orderID, amount string) bool {
	path, err := pathOf(orderID)
	if err != nil {
		return false
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	price, err := centsOf(string(kept))
	if err != nil {
		return false
	}
	given, err := centsOf(amount)
	return err == nil && given == price
}

// MarkPaid is true the first time only: the same callback may come again. With an error the answer must not be
// success. In a database the order becomes paid and the goods are set aside in one transaction.
func MarkPaid(orderID string) (bool, error) {
	path, err := pathOf(orderID)
	if err != nil {
		return false, err
	}
	file, err := os.OpenFile(path+".paid", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, file.Close()
}

// Without floating point, where 19.9 * 100 is 1989.9999999999998.
func centsOf(amount string) (int, error) {
	parts := yuan.FindStringSubmatch(amount)
	if parts == nil {
		return 0, errors.New("no amount")
	}
	return strconv.Atoi(parts[1] + (parts[2] + "00")[:2])
}

func pathOf(orderID string) (string, error) {
	if !known.MatchString(orderID) {
		return "", errors.New("no such order")
	}
	folder := os.Getenv("ORDERS")
	if folder == "" {
		folder = "orders"
	}
	return filepath.Join(folder, orderID), nil
}
