// Takes a payment through the API v1: creates an order, and checks the webhook when it was paid.
//
//   QRTILL_URL=https://pay.example.com QRTILL_KEY=sk_live_… node v1.js create A1001 9.90 https://shop.example.com/webhook
//   QRTILL_WEBHOOK_SECRET=whsec_… node v1.js serve 8000
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { markPaid, priceOf, rememberOrder } from './orders.js'

const { QRTILL_URL, QRTILL_KEY, QRTILL_WEBHOOK_SECRET = '' } = process.env
const TOLERANCE_S = 300

async function create(orderId, price, notifyUrl) {
  rememberOrder(orderId, price)
  const answer = await fetch(`${QRTILL_URL}/api/v1/orders`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${QRTILL_KEY}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': `create-${orderId}`,
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
  const key = Buffer.from(QRTILL_WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64')
  const expected = Buffer.from(
    `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`,
  )
  return signatures
    .split(' ')
    .map((one) => Buffer.from(one))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
}

function serve(port) {
  createServer(async (request, response) => {
    const body = await text(request)
    if (!isGenuine(request.headers, body)) return response.writeHead(400).end()
    const { type, data } = JSON.parse(body)
    const isPaid = type === 'order.paid' || type === 'order.paid_late'
    if (isPaid && data.amount === priceOf(data.out_trade_no)) {
      if (markPaid(data.out_trade_no)) console.log(`paid ${data.out_trade_no}`) // here the goods are handed over, once
    }
    response.writeHead(204).end()
  }).listen(Number(port), () => console.log(`listening on ${port}`))
}

const [command, ...given] = process.argv.slice(2)
if (command === 'serve') serve(...given)
else console.log(await create(...given))
