import type { Guides } from './guide.ts'
import { VERIFY_SAMPLES } from './verify-samples.ts'

export const EN: Guides = {
  'quick-start': {
    title: 'Quick start',
    summary: 'From an order to the notice of its payment in ten minutes.',
    blocks: [
      {
        kind: 'steps',
        items: [
          'In the console, under Developers, add a merchant and make a test key, `sk_test_…`. It is shown once; keep it on your server.',
          'Call `GET /api/v1/me` with it to see that it works.',
          'Create an order with `POST /api/v1/orders` and send the buyer to its `payment_url`.',
          'Add a webhook endpoint, and deliver when `order.paid` arrives.',
          'Pay the order with `POST /api/v1/test/orders/{id}/pay`: it becomes `paid`, and the endpoint is told so.',
          'When all of it works, use a live key, `sk_live_…`. Nothing else changes.',
        ],
      },
      {
        kind: 'code',
        label: 'curl',
        code: `curl '{origin}/api/v1/orders' \\
  -H 'Authorization: Bearer sk_test_…' \\
  -H 'Content-Type: application/json' \\
  -d '{"out_trade_no":"A20261122-0001","amount":"12.50","subject":"One month"}'`,
      },
      { kind: 'heading', text: 'Why the amount due may be a few cents lower' },
      {
        kind: 'text',
        text: 'A personal receiving code carries no order number, so a payment is recognised by its amount: at any time each amount on an account belongs to one order. When a price is taken, the order gets an amount a few cents lower, its `amount_due`. The payment page shows the right one; if you show an amount yourself, show `amount_due`. For your books and for delivery `amount` is what counts.',
      },
      {
        kind: 'text',
        text: 'When every amount of a price is taken the answer is 409 `no_free_amount`, and `Retry-After` says in how many seconds one comes free.',
      },
      { kind: 'heading', text: 'The life of an order' },
      {
        kind: 'table',
        head: ['Status', 'Meaning', 'Event'],
        rows: [
          ['`pending`', 'Waits for payment', '`order.created`'],
          ['`paid`', 'Paid: deliver', '`order.paid`, or `order.paid_late` for late money inside the window'],
          ['`expired`', 'Not paid in time; late money may still pay it', '`order.expired`'],
          ['`closed`', 'Closed by you or the seller', '`order.closed`'],
        ],
      },
      {
        kind: 'warning',
        text: 'A buyer who comes back to `return_url` has proved nothing. Deliver after a webhook, or after asking for the order.',
      },
    ],
  },
  testing: {
    title: 'Testing',
    summary: 'No money moves; the code is the same to the last line.',
    blocks: [
      {
        kind: 'text',
        text: 'A test key `sk_test_…` and a live key `sk_live_…` see two worlds: orders, endpoints, deliveries and signing secrets are apart, and an `out_trade_no` can be used once in each. Every object says `livemode`.',
      },
      {
        kind: 'table',
        head: ['To test', 'Do this'],
        rows: [
          ['A payment', '`POST /api/v1/test/orders/{id}/pay`'],
          ['A second payment', 'Pay again: `match` is `surplus`, and no second notice says paid'],
          ['A wrong amount', '`{"amount":"1.00"}`: `match` is `unmatched`, the order stays as it is'],
          ['Expiry', '`POST /api/v1/test/orders/{id}/expire`, told as `order.expired`'],
          ['Late money', '`expire`, then `pay`: told as `order.paid_late`'],
          ['Whether an endpoint answers', '`POST /api/v1/webhook_endpoints/{id}/ping`'],
        ],
      },
      {
        kind: 'note',
        text: 'The payment page of a test order says that it is one, and nobody can pay its code. Test data counts in no figures.',
      },
    ],
  },
  webhooks: {
    title: 'Receiving webhooks',
    summary: 'As Standard Webhooks 1.0.0: signatures, timestamps, retries, and a log of deliveries.',
    blocks: [
      {
        kind: 'text',
        text: 'Each event is a POST of JSON: `type`, `timestamp` and `data`. The `data` of an order’s event is the same object that you get when you ask for the order.',
      },
      {
        kind: 'steps',
        items: [
          'Check the signature before you parse, over the text as it came: not one byte changed.',
          'Refuse a `webhook-timestamp` that is off by more than five minutes.',
          'Compare `data.out_trade_no` and `data.amount` with your own order, the amount as whole cents. Answer 409 when a paid one does not fit: the seller then finds it in the log.',
          'Deliver once per order: mark `data.id` as paid in your database and set the goods aside in one transaction. An order that is marked already is answered 2xx, and nothing else happens.',
          'Never undo a paid order: events may arrive out of order, `order.expired` after `order.paid_late` too.',
          'Answer any 2xx once it is safe. Do slow work afterwards: after 10 seconds without an answer it is sent again.',
        ],
      },
      { kind: 'samples', samples: VERIFY_SAMPLES },
      {
        kind: 'text',
        text: '`webhook-id` is the same on every attempt of one delivery, and only that. An event that is sent again by hand has a new one, and so has each address that the event goes to: the `notify_url` and every endpoint. It tells you that an attempt came twice, never that an order was delivered.',
      },
      {
        kind: 'text',
        text: '`webhook-signature` may hold several signatures, apart by blanks: for 24 hours after a rotation both secrets sign, and one match is enough. There are also libraries for Standard Webhooks in every common language.',
      },
      { kind: 'heading', text: 'Where they go' },
      {
        kind: 'list',
        items: [
          'Webhook endpoints: every order of the mode, or the events that you choose. Each endpoint has a secret of its own.',
          'An order’s `notify_url`: every event of this one order. Its secret is made by `POST /api/v1/notify_secret/rotate`.',
          'Addresses are http or https on port 80 or 443 and lead into no private network; redirects are not followed. For tests on one machine, start the till with `CALLBACK_ALLOW=127.0.0.1:8000`, the host as the address writes it.',
        ],
      },
      { kind: 'heading', text: 'Retries' },
      {
        kind: 'text',
        text: 'Whatever is not a 2xx is sent again: by default after 5 s, 30 s, 2 min, 5 min, 15 min, 30 min, 1 h, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, each give or take 20 %. Then it is `dead`, the seller is told, and you can send it again at any time. `Retry-After` is heeded with 429, 502, 503 and 504; 410 switches the endpoint off; to an order’s own `notify_url` it gives that callback up at once.',
      },
      { kind: 'heading', text: 'Events' },
      { kind: 'events' },
    ],
  },
  errors: {
    title: 'Errors',
    summary: 'One form: decide by the type, be exact by the code.',
    blocks: [
      {
        kind: 'code',
        label: 'HTTP',
        code: `HTTP/1.1 400 Bad Request

{
  "error": {
    "type": "invalid_request",
    "code": "bad_amount",
    "message": "Write the amount like 9.90, with at most two decimals.",
    "param": "amount"
  }
}`,
      },
      {
        kind: 'table',
        head: ['type', 'Status', 'What to do'],
        rows: [
          ['`invalid_request`', '400 404 405 413 415', 'Mend the request'],
          ['`authentication`', '401', 'Check the key'],
          ['`permission`', '403', 'The key lacks the scope, or is no test key'],
          ['`idempotency`', '400 409', 'The key was used for another request, or the first one is under way'],
          ['`conflict`', '409', 'Against the present state; with `Retry-After`, wait and try again'],
          ['`rate_limit`', '429', 'Wait for `Retry-After`'],
          ['`api`', '500 503', 'Try again later; with the same `out_trade_no` no order is made twice'],
        ],
      },
      {
        kind: 'text',
        text: '`message` is for people, in the language of `Accept-Language` (zh-CN or en). Programs decide by `type` and `code`, which do not change; new codes may come.',
      },
      { kind: 'heading', text: 'All codes' },
      { kind: 'codes' },
    ],
  },
  idempotency: {
    title: 'Idempotency',
    summary: 'Try again after a broken connection, and nothing happens twice.',
    blocks: [
      {
        kind: 'text',
        text: 'Every POST takes the header `Idempotency-Key`: a text of your own for this one act, at most 255 visible ASCII characters, best a random UUID. Make a new one for each act and keep it only while you try that act again: asking for an expired order once more is another act, and with the old value you would get its first answer. The first status and body are kept for at least 24 hours and given again to whoever sends the same key, with `Idempotent-Replayed: true`.',
      },
      {
        kind: 'table',
        head: ['When', 'Then'],
        rows: [
          ['Same key, same request', 'The first answer again, a 409 such as `order_paid` and a 500 too'],
          ['Same key, another request', '400 `idempotency_mismatch`'],
          ['The first request is under way', '409 `idempotency_busy`; try again with the same key'],
          ['A wrong request (400) or nothing there (404)', 'Not kept: mend it, and the same key may be used'],
          [
            'What may succeed later: answers with `Retry-After`, such as `no_free_amount` or 503, and `channel_unavailable`, `no_code_for_price`, `too_many_endpoints`; sending a delivery again that is still `waiting`',
            'Not kept: wait, and use the same key',
          ],
          ['Live and test mode', 'Apart'],
        ],
      },
      {
        kind: 'text',
        text: '`out_trade_no` is the second guard: in each mode it stands for one order. The same request gives the same order even without an `Idempotency-Key`.',
      },
    ],
  },
  lists: {
    title: 'Lists',
    summary: 'One form for every list, with a cursor that holds still.',
    blocks: [
      {
        kind: 'code',
        label: 'JSON',
        code: `{
  "data": [ … ],
  "has_more": true,
  "next_cursor": "MTc5NTM0ODgwMDAwMC5WMVN0R1hSOF9aNWpkSGk2Qi1teVQ"
}`,
      },
      {
        kind: 'text',
        text: 'The newest first, 1 to 100 on a page (`limit`, 20 when left out). For the next page keep the other parameters and pass `next_cursor` as `cursor`; `has_more` is false at the end. What is added meanwhile comes before the first page, so nothing is seen twice or missed.',
      },
    ],
  },
}
