import type { ApiTexts } from './texts.ts'

const ENDPOINT = {
  id: 'Number of the endpoint.',
  url: 'Where the webhooks are sent, with POST.',
  events:
    'The events that are sent there. An empty list is every `order.*` event; `payment.unmatched` and `device.*` must be named.',
  enabled: 'Nothing is sent to an endpoint that is switched off, but for a ping.',
  previous_secret_until: 'Until then the secret before the last rotation signs beside the present one.',
  created_at: 'When it was added.',
  livemode: 'False for what belongs to test mode.',
}

const DELIVERY = {
  id: 'Sent as `webhook-id`, the same on every attempt.',
  event: 'What happened.',
  status: '`waiting` for its first attempt or the next one, `delivered`, or `dead`: given up.',
  url: 'Where it is sent.',
  endpoint_id: 'The endpoint; null for an order’s own `notify_url`.',
  order_id: 'The order that it tells of.',
  redelivery_of: 'The first delivery of the chain, when this one sends it again.',
  attempt_count: 'Attempts so far; 0 once they are forgotten, some time after the end of the delivery.',
  last_response_status: 'HTTP status of the last answer; null without one, or once it is forgotten.',
  next_attempt_at: 'When it is tried next; null when it is not.',
  created_at: 'When it happened; of a redelivery, when it was asked for.',
  delivered_at: 'When an attempt was answered with 2xx.',
  livemode: 'False for what belongs to test mode.',
}

export const EN: ApiTexts = {
  info: 'Take payments on personal Alipay and WeChat codes from your own site. Amounts are texts in yuan, times ISO 8601 in UTC. The part below `/api/v1` is for merchants’ sites and stays compatible: fields may be added, none are taken away. The rest serves this program’s own pages and may change.',
  tags: {
    Account: { name: 'Account', description: 'Whose key it is, and what it may do.' },
    Orders: { name: 'Orders', description: 'Take a payment, follow it, end it.' },
    'Test mode': { name: 'Test mode', description: 'Pay and expire test orders by a call, with a test key.' },
    'Webhook endpoints': {
      name: 'Webhook endpoints',
      description: 'Where your site is told what happens, signed as Standard Webhooks 1.0.0 says.',
    },
    'Webhook deliveries': {
      name: 'Webhook deliveries',
      description: 'What was sent, with every attempt, and sending it again.',
    },
  },
  operations: {
    v1Me: {
      tag: 'Account',
      summary: 'Show whose key it is',
      description:
        'Tells the merchant, the mode, the scopes and the channels. Any key may ask: a good first request.',
    },
    v1CreateOrder: {
      tag: 'Orders',
      summary: 'Create an order',
      description:
        'Creates an order and reserves an amount for it. Send the buyer to `payment_url`, and show `amount_due`, never `amount`, if you show an amount there: it may be a few cents lower, because it is how the payment is recognised.\n\nThe same `out_trade_no` with the same content gives the same order back; it may name another `method`. After the order expired unpaid it opens again, with a fresh amount and deadline. Other content is refused with `order_changed`, a paid order with `order_paid`.',
    },
    v1ListOrders: {
      tag: 'Orders',
      summary: 'List orders',
      description:
        'The newest first. Pass `next_cursor` as `cursor` for the next page; orders that come in between shift nothing.',
    },
    v1GetOrder: {
      tag: 'Orders',
      summary: 'Retrieve an order',
      description: 'By its `id`. To find it by your own number, list with `out_trade_no`.',
    },
    v1CloseOrder: {
      tag: 'Orders',
      summary: 'Close an order',
      description:
        'Ends an order that waits for payment; one that is closed already is returned as it is. Money that still arrives is not taken for it: it waits for the seller’s decision.',
    },
    v1PayTestOrder: {
      tag: 'Test mode',
      summary: 'Pay a test order',
      description:
        'As if a phone had reported money: the very same code decides, and webhooks are sent. Once more is `surplus`; after `expire` it is `late`; another `amount` is `unmatched` and pays nothing.',
    },
    v1ExpireTestOrder: {
      tag: 'Test mode',
      summary: 'Let a test order expire',
      description:
        'As if its time were over. In the late window after it, a payment still settles the order as `order.paid_late`.',
    },
    v1ListEndpoints: {
      tag: 'Webhook endpoints',
      summary: 'List endpoints',
      description: 'All of the key’s mode, the newest first; there are at most 16.',
    },
    v1CreateEndpoint: {
      tag: 'Webhook endpoints',
      summary: 'Add an endpoint',
      description:
        'The answer shows `secret` this once: keep it where your site can check signatures with it.',
    },
    v1GetEndpoint: {
      tag: 'Webhook endpoints',
      summary: 'Retrieve an endpoint',
      description: 'Without its secret.',
    },
    v1ChangeEndpoint: {
      tag: 'Webhook endpoints',
      summary: 'Change an endpoint',
      description: 'What is left out stays as it is.',
    },
    v1DeleteEndpoint: {
      tag: 'Webhook endpoints',
      summary: 'Remove an endpoint',
      description: 'What is on its way to it is given up; its deliveries stay in the log.',
    },
    v1RotateEndpointSecret: {
      tag: 'Webhook endpoints',
      summary: 'Rotate an endpoint’s secret',
      description:
        'The answer shows the new `secret` this once. For 24 hours both secrets sign, so that you can change over without a gap.',
    },
    v1PingEndpoint: {
      tag: 'Webhook endpoints',
      summary: 'Ping an endpoint',
      description: 'Sends `test.ping` now, once, and answers with what the site answered.',
    },
    v1RenewNotifySecret: {
      tag: 'Webhook endpoints',
      summary: 'Make the secret of notify addresses',
      description:
        'Calls to the `notify_url` of an order are signed with this secret, one per mode. The answer shows it this once; the one before signs beside it for 24 hours. Call it once before you use `notify_url`.',
    },
    v1ListDeliveries: {
      tag: 'Webhook deliveries',
      summary: 'List deliveries',
      description: 'The newest first, page by page as with orders.',
    },
    v1GetDelivery: {
      tag: 'Webhook deliveries',
      summary: 'Retrieve a delivery',
      description:
        'With the body that is sent and every attempt: what was asked, the first 4 KiB of the answer, how long it took.',
    },
    v1Redeliver: {
      tag: 'Webhook deliveries',
      summary: 'Send again',
      description:
        'The same body under a new id, by the whole schedule; `redelivery_of` names the first of the chain. Refused while the delivery is still `waiting`.',
    },
  },
  fields: {
    Order: {
      id: 'Number of the order.',
      trade_no: 'The same in 19 digits, as it stands in the seller’s console.',
      out_trade_no: 'Your own number.',
      subject: 'What is paid for.',
      amount: 'What you asked for, in yuan, always with two decimals: `9.9` comes back as `9.90`.',
      amount_due: 'Exactly what the buyer is to pay, or paid: `amount`, or a few cents less. Two decimals.',
      currency: 'Always CNY.',
      method: 'The channel; without `method` in the request the buyer may still change it.',
      status:
        '`pending`, `paid`, `expired` or `closed`. An expired order may still become paid by late money.',
      paid_late: 'The money came after the deadline, within the late window.',
      manually_marked: 'The seller said by hand that it was paid.',
      created_at: 'When it was created.',
      expires_at: 'The buyer’s deadline.',
      paid_at: 'When it was paid.',
      payment_url:
        'Send the buyer there. In webhooks only the path, while the shop’s public address is not set.',
      notify_url: 'Your address for this order’s webhooks.',
      return_url:
        'Where the buyer goes after paying, with `order_id` and `out_trade_no` in the query. It proves nothing: ask for the order.',
      metadata: 'Yours, unchanged.',
      livemode: 'False for a test order: no money moves.',
    },
    NewOrder: {
      out_trade_no: 'Your own number, unique in each mode: letters, digits and `._|-`.',
      amount: 'In yuan with at most two decimals, 0.01 to 9999999.99. A text, never a number.',
      currency: 'CNY, also when left out.',
      method: 'Left out: the buyer chooses on the payment page.',
      subject: 'What is paid for, as the buyer reads it.',
      notify_url:
        'Receives every event of this order beside the endpoints; http or https, port 80 or 443, no private address.',
      return_url: 'Where the buyer goes after paying.',
      metadata: 'Up to 20 pairs of texts that you get back with the order.',
      expires_in: 'Seconds to pay; the shop’s own time when left out. A longer time holds an amount longer.',
    },
    TestPayment: { match: 'What the payment turned out to be.', order: 'The order afterwards.' },
    Merchant: {
      pid: 'Number of the merchant.',
      name: 'Its name.',
      livemode: 'Whether the key is a live one.',
      methods: 'Channels that its orders may use.',
      key: 'The key that was sent.',
    },
    Key: {
      name: 'As it was called in the console.',
      hint: 'Its last characters.',
      scopes: 'What it may do.',
      expires_at: 'The end of a rotated key.',
    },
    WebhookEndpoint: ENDPOINT,
    NewWebhookEndpoint: { ...ENDPOINT, secret: 'Checks the signatures. Shown this once.' },
    DeletedWebhookEndpoint: { id: 'Number of the endpoint that was.', deleted: 'Always true.' },
    NotifySecret: {
      secret: 'Checks the signatures of calls to `notify_url`. Shown this once.',
      previous_secret_until: 'Until then the secret before signs beside it; null when there was none.',
      livemode: 'The mode it is for.',
    },
    WebhookDelivery: DELIVERY,
    WebhookDeliveryDetail: {
      ...DELIVERY,
      body: 'To the letter, as it is signed.',
      attempts: 'The first one first.',
    },
    Attempt: {
      number: 'Counts from 1.',
      at: 'When.',
      request: 'What was sent.',
      response: 'Null when there was no answer.',
      error: 'Why there was none.',
      duration_ms: 'Milliseconds from beginning to end.',
    },
    AttemptRequest: {
      method: 'POST.',
      url: 'Where to.',
      headers: 'As they were sent.',
      body: 'As it was sent.',
    },
    AttemptResponse: { status: 'HTTP status.', body: 'The first 4 KiB.' },
    Payment: {
      id: 'Number of the payment.',
      amount: 'What arrived, in yuan.',
      currency: 'Always CNY.',
      method: 'The channel on which it arrived.',
      match:
        '`unmatched`: no order waits for this amount. `suggested`: perhaps for the order named, which has ended. `surplus`: the order named was paid before.',
      order_id: 'The order that it may belong to; it was not paid by this payment.',
      received_at: 'When it was reported.',
      livemode: 'False for a payment of test mode.',
    },
    DeviceChange: {
      device: 'The phone that reports payments.',
      since: 'Since when it is silent, or back.',
      livemode: 'Always true.',
    },
    Device: { id: 'Number of the device.', name: 'As the seller calls it.' },
    Ping: { livemode: 'The mode of the endpoint.' },
  },
  parameters: {
    id: 'Number of the order.',
    'v1GetEndpoint.id': 'Number of the endpoint.',
    'v1ChangeEndpoint.id': 'Number of the endpoint.',
    'v1DeleteEndpoint.id': 'Number of the endpoint.',
    'v1RotateEndpointSecret.id': 'Number of the endpoint.',
    'v1PingEndpoint.id': 'Number of the endpoint.',
    'v1GetDelivery.id': 'Number of the delivery, `msg_…`.',
    'v1Redeliver.id': 'Number of the delivery, `msg_…`.',
    out_trade_no: 'Your own number, the whole of it.',
    status: 'Only orders of this status.',
    'v1ListDeliveries.status': 'Only deliveries of this status.',
    method: 'Only orders of this channel.',
    limit: 'How many at most, 1 to 100; 20 when left out.',
    cursor: '`next_cursor` of the page before.',
    order_id: 'Only deliveries that tell of this order.',
    endpoint_id: 'Only deliveries to this endpoint.',
    event: 'Only deliveries of this event.',
  },
  headers: {
    key: 'A text of your own for this one request, at most 255 characters, best a random UUID. Sent again with the same key, the request is not carried out again: its first answer is given once more, for 24 hours.',
    replayed: '`true` when this is the answer of an earlier request with the same Idempotency-Key.',
    retryAfter: 'Seconds after which asking again may help.',
    allow: 'The methods that the path takes.',
  },
  security:
    'A secret key of the seller’s console: `Authorization: Bearer sk_live_…` or `sk_test_…`. Never send it to a browser.',
  error: {
    type: 'What to decide by.',
    code: 'What exactly; does not change.',
    message: 'For people, in the language of `Accept-Language` (zh-CN or en).',
    param: 'The parameter or header that is meant.',
  },
  fault:
    'The server failed. Try again with a new Idempotency-Key and the same out_trade_no: no order is made twice.',
  done: 'Done.',
  events: {
    'order.created': 'An order was created. One that opens again after it expired does not say so.',
    'order.paid': 'An order was paid. Deliver now.',
    'order.paid_late':
      'An order was paid after its deadline, within the late window. Deliver as with `order.paid`.',
    'order.expired':
      'An order’s time is over; told again when an order that was opened again expires again. Late money may still pay it, so do not give the goods to somebody else at once.',
    'order.closed': 'An order was closed by you or by the seller.',
    'payment.unmatched':
      'Money arrived that pays no order. Only for endpoints that name the event: money that seems to belong to an order is told to the order’s merchant, other money to the merchants whose accounts it arrived on.',
    'device.offline':
      'A phone that reports payments has fallen silent: payments may be confirmed late. Only for endpoints that name the event, in live mode.',
    'device.online': 'The phone is back. Only for endpoints that name the event, in live mode.',
    'test.ping': 'You asked for a ping.',
  },
  eventParts: {
    type: 'The event.',
    timestamp: 'When it happened.',
    data: 'What it is about, as it was then.',
  },
  webhookHeaders: {
    id: 'The same on every attempt of this one delivery. The same event sent again by hand, or to another address, has another: what you deliver once is the order, by its `data.id`.',
    timestamp: 'Unix seconds of this attempt. Refuse what is off by more than five minutes.',
    signature:
      'One or more `v1,<base64>` apart by blanks, one per secret: HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}` by the secret, base64-decoded without its `whsec_`.',
  },
  webhookAnswers: {
    arrived: 'Any 2xx within 10 seconds: it arrived.',
    failed:
      'Anything else, redirects too: it is sent again, by default 13 times over three days. `Retry-After` is heeded with 429, 502, 503 and 504; 410 switches the endpoint off; to an order’s own `notify_url` it gives that callback up at once.',
  },
}
