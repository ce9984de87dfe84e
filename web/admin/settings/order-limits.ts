/** The limits on orders as three numbers; on the wire they are one text, `60/300,2`, and `0` is none at all. */
export interface OrderLimits {
  perAddress: string
  perSeconds: string
  openOrders: string
}

export function readLimits(text: string): OrderLimits {
  const [rate = '0', openOrders = '0'] = text.split(',')
  const [perAddress = '0', perSeconds = '300'] = rate.split('/')
  return { perAddress, perSeconds, openOrders }
}

export function printLimits({ perAddress, perSeconds, openOrders }: OrderLimits): string {
  if (Number(perAddress) === 0 && Number(openOrders) === 0) return '0'
  return `${Number(perAddress)}/${Number(perSeconds)},${Number(openOrders)}`
}
