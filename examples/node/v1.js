// Takes a payment through the API v1: creates an order, and checks the webhook when it was paid.
//
//   QRTILL_URL=https://pay.example.com QRTILL_KEY=sk_test_… node v1.js create A1001 9.90 https://shop.example.com/webhook
//   QRTILL_WEBHOOK_SECRET=whsec_… node v1.js serve 8000
//
// QRTILL_WEBHOOK_SECRET is the secret of the order's notify_url, not that of an endpoint, and of the key's mode, test or live:
// in the console it is made under 开发者 → 商户 → Webhook → notify_url 的签名密钥 (Developers → Webhooks → Secret of notify_url).
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { isPriceOf, markPaid, rememberOrder } from './orders.js'

const { QRTILL_URL = '', QRTILL_KEY, QRTILL_WEBHOOK_SECRET = '' } = process.env
const TILL = QRTILL_URL.replace(/\/+$/, '') // the console shows it with a slash at its end
const SIGNING_KEY = Buffer.from(QRTILL_WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64')
const TOLERANCE_S = 300
const BODY_LIMIT = 64 * 1024

async function create(orderId, price, notifyUrl) {
  rememberOrder(orderId, price)
  const answer = await fetch(`${TILL}/api/v1/orders`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${QRTILL_KEY}`,
      'Content-Type': 'application/json',
      // No Idempotency-Key: out_trade_no is the guard. The same order asked for again must open again after it
      // expired, and a key would give the first answer once more.
    },
    body: JSON.stringify({
      out_trade_no: orderId,
      amount: price,
      subject: `Order ${orderId}`,
      notify_url: notifyUrl,
    }),
  })
  const order = await answer.json()
  if (!answer.ok) throw new Error(order.error.message)
  return order.payment_url
}

/** As Standard Webhooks says: over id, time and the body as it came; one of the signatures must fit. */
function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures = '' } = headers
  if (!(Math.abs(Date.now() / 1000 - Number(seconds)) < TOLERANCE_S)) return false
  const expected = Buffer.from(
    `v1,${createHmac('sha256', SIGNING_KEY).update(`${id}.${seconds}.`).update(body).digest('base64')}`,
  )
  return signatures
    .split(' ')
    .map((one) => Buffer.from(one))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
}

/** @returns the status of the answer. What is not 2xx comes again, and stands in the log of deliveries. */
function take(headers, body) {
  if (!isGenuine(headers, body)) {
    console.error('wrong signature, or a time that is off')
    return 400
  }
  const { type, data } = JSON.parse(body)
  if (type !== 'order.paid' && type !== 'order.paid_late') return 204
  if (!isPriceOf(data.out_trade_no, data.amount)) return 409
  if (markPaid(data.out_trade_no)) console.log(`paid ${data.out_trade_no}`) // here the goods are handed over, once
  return 204
}

async function readBody(request) {
  let body = Buffer.alloc(0)
  for await (const part of request) {
    body = Buffer.concat([body, part])
    if (body.length > BODY_LIMIT) throw new Error('The body is too long')
  }
  return body
}

function serve(port) {
  if (SIGNING_KEY.length === 0)
    throw new Error('QRTILL_WEBHOOK_SECRET is not set: without it anybody could sign')
  createServer(async (request, response) => {
    try {
      response.writeHead(take(request.headers, await readBody(request))).end()
    } catch (error) {
      console.error(error) // a stranger who hangs up or sends too much, or an order that could not be kept
      response.writeHead(500, { Connection: 'close' }).end()
    }
  }).listen(Number(port), () => console.log(`listening on ${port}`))
}

const [command, ...given] = process.argv.slice(2)
try {
  if (command === 'serve' && given.length === 1) serve(...given)
  else if (command === 'create' && given.length === 3) console.log(await create(...given))
  else
    throw new Error('usage: node v1.js create <order> <price> <notify_url>\n       node v1.js serve <port>')
} catch (error) {
  console.error(error.message, error.cause?.code ?? '')
  process.exitCode = 1
}
