<?php
// Takes a payment through the Api edition: creates an order, and checks the callback when it was paid.
//
//   QRTILL_URL=https://pay.example.com QRTILL_PID=1001 QRTILL_KEY=… php api-edition.php create A1001 9.90 https://shop.example.com/callback
//   QRTILL_KEY=… php -S 0.0.0.0:8000 api-edition.php

require __DIR__ . '/command.php';
require __DIR__ . '/orders.php';

function create(string $orderId, string $price, string $callbackUrl): string
{
    remember_order($orderId, $price);
    $form = [
        'order_id' => $orderId,
        'order_price' => $price,
        'redirect_url' => $callbackUrl,
        'pay_format' => 'html',
        'pay_type' => 'alipay',
        'sign' => md5(md5($orderId . $price) . needed_secret('QRTILL_KEY')),
    ];
    $request = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => 'Content-Type: application/x-www-form-urlencoded',
        'content' => http_build_query($form),
    ]]);
    $order = ask_till('/m/' . getenv('QRTILL_PID') . '/api/order', $request);
    if (($order['code'] ?? null) !== 0) {
        throw new RuntimeException($order['msg'] ?? 'The till did not answer as it should');
    }
    return till_url() . $order['data'];
}

/** The signature covers the order's number alone, so the price must be the one that was asked for. */
function check_callback(string $orderId, string $price, string $sign): bool
{
    $expected = md5(md5($orderId) . needed_secret('QRTILL_KEY'));
    return hash_equals($expected, $sign) && is_price_of($orderId, $price);
}

/** '' also for a list, which PHP makes of order_id[]=. */
function given(string $name): string
{
    return is_string($_GET[$name] ?? null) ? $_GET[$name] : '';
}

if (PHP_SAPI === 'cli') {
    exit(run_create($argv));
}
try {
    $orderId = given('order_id');
    if (!check_callback($orderId, given('order_price'), given('sign'))) {
        error_log("wrong signature, or not the order's price");
        http_response_code(400);
        exit('fail');
    }
    if (mark_paid($orderId)) {
        error_log("paid $orderId"); // here the goods are handed over, once
    }
    echo 'success';
} catch (RuntimeException $error) { // it could not be kept: the callback comes again
    error_log($error->getMessage());
    http_response_code(500);
    echo 'fail';
}
