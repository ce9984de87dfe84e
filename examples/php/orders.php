<?php
// What a shop keeps of its orders: a folder with a file for each. In a shop of yours this is the database.

function remember_order(string $orderId, string $price): void
{
    $path = order_path($orderId);
    if (!is_dir(dirname($path))) {
        mkdir(dirname($path), 0700, true);
    }
    file_put_contents($path, $price);
}

/** null for an order that this shop does not know. */
function price_of(string $orderId): ?string
{
    $path = order_path($orderId);
    return $path !== null && is_file($path) ? file_get_contents($path) : null;
}

/** true the first time only: the same callback may come again. */
function mark_paid(string $orderId): bool
{
    $file = @fopen(order_path($orderId) . '.paid', 'x');
    return $file !== false && fclose($file);
}

function order_path(string $orderId): ?string
{
    $folder = getenv('ORDERS') ?: 'orders';
    return preg_match('/^[A-Za-z0-9-]{1,64}$/D', $orderId) ? "$folder/$orderId" : null;
}
