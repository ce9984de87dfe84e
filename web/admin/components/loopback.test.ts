import { expect, it } from 'vitest'
import { isLoopback } from './loopback.ts'

it('knows the addresses that lead a phone to itself', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', 'till.localhost', '0.0.0.0', '[::1]', '[::]'])
    expect([host, isLoopback(`http://${host}:8000/addons/pay/`)]).toEqual([host, true])
})

it('leaves alone those of the network and of the internet', () => {
  for (const host of ['192.168.1.7', '10.0.0.1', 'pay.example.com', 'localhost.example.com', '[fd00::1]'])
    expect([host, isLoopback(`http://${host}:8000/addons/pay/`)]).toEqual([host, false])
})
