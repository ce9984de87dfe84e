// Takes a payment through the Api edition: creates an order, and checks the callback when it was paid.
//
//   QRTILL_URL=https://pay.example.com QRTILL_PID=1001 QRTILL_KEY=… node api-edition.js create A1001 9.90 https://shop.example.com/callback
//   QRTILL_KEY=… node api-edition.js serve 8000
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { isPriceOf, markPaid, rememberOrder } from './orders.js'

const { QRTILL_URL = '', QRTILL_PID, QRTILL_KEY = '' } = process.env
const TILL = QRTILL_URL.replace(/\/+$/, '') // the console shows it with a slash at its end

async function create(orderId, price, callbackUrl) {
  rememberOrder(orderId, price)
  const form = new URLSearchParams({
    order_id: orderId,
    order_price: price,
    redirect_url: callbackUrl,
    pay_format: 'html',
    pay_type: 'alipay',
    sign: md5(md5(orderId + price) + QRTILL_KEY),
  })
  const answer = await fetch(`${TILL}/m/${QRTILL_PID}/api/order`, { method: 'POST', body: form })
  const { code, data, msg } = await answer.json()
  if (code !== 0) throw new Error(msg)
  return TILL + data
}

/** The signature covers the order's number alone, so the price must be the one that was asked for. */
function checkCallback(query) {
  const orderId = query.get('order_id') ?? ''
  const expected = Buffer.from(md5(md5(orderId) + QRTILL_KEY))
  const given = Buffer.from(query.get('sign') ?? '')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
  return isPriceOf(orderId, query.get('order_price'))
}

/** @returns the status of the answer. */
function take(query) {
  if (!checkCallback(query)) {
    console.error("wrong signature, or not the order's price")
    return 400
  }
  const orderId = query.get('order_id')
  if (markPaid(orderId)) console.log(`paid ${orderId}`) // here the goods are handed over, once
  return 200
}

function serve(port) {
  if (QRTILL_KEY === '') throw new Error('QRTILL_KEY is not set: without it anybody could sign')
  createServer((request, response) => {
    let status = 500 // also when the order could not be kept: the callback comes again
    try {
      status = take(new URLSearchParams(request.url.split('?')[1]))
    } catch (error) {
      console.error(error)
    }
    response.writeHead(status).end(status === 200 ? 'success' : 'fail')
  }).listen(Number(port), () => console.log(`listening on ${port}`))
}

function md5(text) {
  return createHash('md5').update(text).digest('hex')
}

const [command, ...given] = process.argv.slice(2)
try {
  if (command === 'serve' && given.length === 1) serve(...given)
  else if (command === 'create' && given.length === 3) console.log(await create(...given))
  else
    throw new Error(
      'usage: node api-edition.js create <order> <price> <callback_url>\n       node api-edition.js serve <port>',
    )
} catch (error) {
  console.error(error.message, error.cause?.code ?? '')
  process.exitCode = 1
}
