import { expect, it } from 'vitest'
import { printLimits, readLimits } from './order-limits.ts'

it('reads the limits of an address, of its time, and of a buyer', () => {
  expect(readLimits('60/300,2')).toEqual({ perAddress: '60', perSeconds: '300', openOrders: '2' })
})

it('takes 300 seconds where the text names none', () => {
  expect(readLimits('60,2')).toEqual({ perAddress: '60', perSeconds: '300', openOrders: '2' })
})

it('reads and writes "no limits at all" as 0', () => {
  expect(readLimits('0')).toEqual({ perAddress: '0', perSeconds: '300', openOrders: '0' })
  expect(printLimits({ perAddress: '0', perSeconds: '300', openOrders: '0' })).toBe('0')
})

it('keeps one limit while the other is off', () => {
  expect(printLimits({ perAddress: '0', perSeconds: '300', openOrders: '3' })).toBe('0/300,3')
})
