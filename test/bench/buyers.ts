/** Buyers whom nobody has seen before. */
import { randomBytes, randomInt } from 'node:crypto'
import type { OrderWish } from '../../core/place-order.ts'
import { requestText } from './http-line.ts'

function buyerAddress(): string {
  return `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`
}

function buyerEmail(): string {
  return `${randomBytes(8).toString('hex')}@example.com`
}

export function wishFor(productId: string): OrderWish {
  return {
    productId,
    quantity: 1,
    email: buyerEmail(),
    channel: 'alipay',
    locale: 'zh-CN',
    address: buyerAddress(),
  }
}

export function orderRequest(productId: string): string {
  const { email, channel, address } = wishFor(productId)
  return requestText(
    'POST',
    '/api/orders',
    { 'X-Forwarded-For': address },
    JSON.stringify({ productId, email, channel }),
  )
}
