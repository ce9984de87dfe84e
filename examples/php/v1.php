<?php
// Takes a payment through the API v1: creates an order, and checks the webhook when it was paid.
//
//   QRTILL_URL=https://pay.example.com QRTILL_KEY=sk_test_… php v1.php create A1001 9.90 https://shop.example.com/webhook
//   QRTILL_WEBHOOK_SECRET=whsec_… php -S 0.0.0.0:8000 v1.php
//
// QRTILL_WEBHOOK_SECRET is the secret of the order's notify_url, not that of an endpoint, and of the key's mode, test or live:
// in the console it is made under 开发者 → 商户 → Webhook → notify_url 的签名密钥 (Developers → Webhooks → Secret of notify_url).

require __DIR__ . '/command.php';
require __DIR__ . '/orders.php';

const TOLERANCE_S = 300;
const BODY_LIMIT = 64 * 1024;

function create(string $orderId, string $price, string $notifyUrl): string
{
    remember_order($orderId, $price);
    $order = [
        'out_trade_no' => $orderId,
        'amount' => $price,
        'subject' => "Order $orderId",
        'notify_url' => $notifyUrl,
    ];
    $request = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => [
            'Authorization: Bearer ' . getenv('QRTILL_KEY'),
            'Content-Type: application/json',
            // No Idempotency-Key: out_trade_no is the guard. The same order asked for again must open again after
            // it expired, and a key would give the first answer once more.
        ],
        'content' => json_encode($order),
        'ignore_errors' => true,
    ]]);
    $answer = ask_till('/api/v1/orders', $request);
    if (!isset($answer['payment_url'])) {
        throw new RuntimeException($answer['error']['message'] ?? 'The till did not answer as it should');
    }
    return $answer['payment_url'];
}

/** As Standard Webhooks says: over id, time and the body as it came; one of the signatures must fit. */
function is_genuine(string $body): bool
{
    $key = base64_decode(preg_replace('/^whsec_/', '', needed_secret('QRTILL_WEBHOOK_SECRET')));
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $seconds = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if ($key === '' || !ctype_digit($seconds) || abs(time() - (int) $seconds) > TOLERANCE_S) {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$seconds.$body", $key, true));
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}

/** The status of the answer. What is not 2xx comes again, and stands in the log of deliveries. */
function take(string $body): int
{
    if (!is_genuine($body)) {
        error_log('wrong signature, or a time that is off');
        return 400;
    }
    ['type' => $type, 'data' => $order] = json_decode($body, true);
    if (!in_array($type, ['order.paid', 'order.paid_late'], true)) {
        return 204;
    }
    if (!is_price_of($order['out_trade_no'], $order['amount'])) {
        return 409;
    }
    if (mark_paid($order['out_trade_no'])) {
        error_log("paid {$order['out_trade_no']}"); // here the goods are handed over, once
    }
    return 204;
}

if (PHP_SAPI === 'cli') {
    exit(run_create($argv));
}
try {
    $body = file_get_contents('php://input', false, null, 0, BODY_LIMIT + 1);
    http_response_code(strlen($body) > BODY_LIMIT ? 413 : take($body));
} catch (Throwable $error) { // the order could not be kept: the webhook comes again
    error_log($error->getMessage());
    http_response_code(500);
}
