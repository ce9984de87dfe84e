<?php
// What a shop keeps of its orders: a folder with a file for each. In a shop of yours this is the database.

function remember_order(string $orderId, string $price): void
{
    $path = order_path($orderId);
    if ($path === null) {
        throw new RuntimeException('no such order');
    }
    if (!is_dir(dirname($path))) {
        mkdir(dirname($path), 0700, true);
    }
    file_put_contents($path, $price);
}

/** Compares whole cents, for 9.9 comes back as 9.90. false for an order that this shop does not know. */
function is_price_of(string $orderId, string $amount): bool
{
    $path = order_path($orderId);
    $price = $path !== null && is_file($path) ? cents_of((string) file_get_contents($path)) : null;
    return $price !== null && $price === cents_of($amount);
}

/**
 * true the first time only: the same callback may come again. It throws when the order could not be kept: then the
 * answer must not be success. In a database the order becomes paid and the goods are set aside in one transaction.
 */
function mark_paid(string $orderId): bool
{
    $path = order_path($orderId) . '.paid';
    $file = @fopen($path, 'x');
    if ($file === false && !file_exists($path)) {
        throw new RuntimeException("Order $orderId could not be marked as paid");
    }
    return $file !== false && fclose($file);
}

/** Without floating point, where 19.9 * 100 is 1989.9999999999998. */
function cents_of(string $amount): ?int
{
    if (!preg_match('/^(\d{1,7})(?:\.(\d{1,2}))?$/D', $amount, $parts)) {
        return null;
    }
    return (int) ($parts[1] . str_pad($parts[2] ?? '', 2, '0'));
}

function order_path(string $orderId): ?string
{
    $folder = getenv('ORDERS') ?: 'orders';
    return preg_match('/^[A-Za-z0-9-]{1,64}$/D', $orderId) ? "$folder/$orderId" : null;
}

/** @throws RuntimeException when it is not set, for then anybody could sign. */
function needed_secret(string $name): string
{
    $value = (string) getenv($name);
    if ($value === '') {
        throw new RuntimeException("$name is not set. php-fpm passes it on only with env[$name] in its pool.");
    }
    return $value;
}
