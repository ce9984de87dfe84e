<?php
// A merchant's site in PHP, as most of them are. On the command line it asks for an order; as a server it is told
// of payments and writes down whether its own check accepts them.
declare(strict_types=1);

$key = (string) getenv('MERCHANT_KEY');

/** The rule of the official SDK: what is empty takes no part. */
function sign_filled(array $fields, string $key): string
{
    ksort($fields);
    $pairs = [];
    foreach ($fields as $name => $value) {
        if ($name !== 'sign' && $name !== 'sign_type' && $value !== '') {
            $pairs[] = $name . '=' . $value;
        }
    }
    return md5(implode('&', $pairs) . $key);
}

/** The rule of the panels: whatever arrived takes part. */
function sign_everything(array $fields, string $key): string
{
    unset($fields['sign'], $fields['sign_type']);
    ksort($fields);
    return md5(stripslashes(urldecode(http_build_query($fields))) . $key);
}

if (PHP_SAPI === 'cli') {
    [, $rule, $url] = $argv;
    $fields = json_decode((string) stream_get_contents(STDIN), true);
    $fields['sign'] = $rule($fields, $key);
    $fields['sign_type'] = 'MD5';
    $options = ['method' => 'POST', 'content' => http_build_query($fields), 'follow_location' => 0,
        'header' => 'Content-Type: application/x-www-form-urlencoded'];
    $body = file_get_contents($url, false, stream_context_create(['http' => $options]));
    echo json_encode(['head' => $http_response_header, 'body' => $body]);
    return;
}

$rule = trim((string) parse_url((string) $_SERVER['REQUEST_URI'], PHP_URL_PATH), '/');
$accepted = $rule($_GET, $key) === ($_GET['sign'] ?? '') && ($_GET['trade_status'] ?? '') === 'TRADE_SUCCESS';
$line = json_encode(['rule' => $rule, 'accepted' => $accepted, 'fields' => $_GET]);
file_put_contents((string) getenv('MERCHANT_FILE'), $line . "\n", FILE_APPEND);
echo $accepted ? 'success' : 'fail';
