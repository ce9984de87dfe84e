<?php
// Takes a payment through 易支付 V1: makes the link that the buyer opens, and checks the notice when it was paid.
//
//   QRTILL_URL=https://pay.example.com QRTILL_PID=1001 QRTILL_KEY=… php epay.php create A1001 9.90 https://shop.example.com/notify https://shop.example.com/orders
//   QRTILL_KEY=… php -S 0.0.0.0:8000 epay.php

require __DIR__ . '/command.php';
require __DIR__ . '/orders.php';

/** Nothing that a buyer wrote belongs into these fields: the signature covers them without their bounds. */
function create(string $orderId, string $price, string $notifyUrl, string $returnUrl): string
{
    remember_order($orderId, $price);
    $fields = [
        'pid' => getenv('QRTILL_PID'),
        'type' => 'alipay',
        'out_trade_no' => $orderId,
        'notify_url' => $notifyUrl,
        'return_url' => $returnUrl,
        'name' => "Order $orderId",
        'money' => $price,
    ];
    $fields += ['sign' => sign($fields, needed_secret('QRTILL_KEY')), 'sign_type' => 'MD5'];
    return till_url() . '/submit.php?' . http_build_query($fields);
}

/** Over all fields but the signature and what is empty, by name, decoded, with the key right behind. */
function sign(array $fields, string $key): string
{
    unset($fields['sign'], $fields['sign_type']);
    ksort($fields, SORT_STRING);
    $terms = [];
    foreach ($fields as $name => $value) {
        if ($value !== '') {
            $terms[] = "$name=$value";
        }
    }
    return md5(implode('&', $terms) . $key);
}

function is_genuine(array $notice): bool
{
    return hash_equals(sign($notice, needed_secret('QRTILL_KEY')), $notice['sign'] ?? '');
}

/** The status of the answer. What is not 2xx comes again, and stands in the log of callbacks. */
function take(array $notice): int
{
    if (!is_genuine($notice)) {
        error_log('wrong signature');
        return 400;
    }
    $orderId = $notice['out_trade_no'] ?? '';
    if (($notice['trade_status'] ?? '') !== 'TRADE_SUCCESS' || !is_price_of($orderId, $notice['money'] ?? '')) {
        error_log("not paid, or not the order's price");
        return 400;
    }
    if (mark_paid($orderId)) {
        error_log("paid $orderId"); // here the goods are handed over, once
    }
    return 200;
}

if (PHP_SAPI === 'cli') {
    exit(run_create($argv));
}
try {
    $status = take(array_filter($_GET, 'is_string')); // PHP makes a list of name[]=
} catch (RuntimeException $error) { // it could not be kept: the notice comes again
    error_log($error->getMessage());
    $status = 500;
}
http_response_code($status);
echo $status === 200 ? 'success' : 'fail';
