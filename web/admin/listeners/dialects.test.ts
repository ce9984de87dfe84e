import { expect, it } from 'vitest'
import type { ListenerDialect } from '../../../core/vocabulary.ts'
import { dialectsOf } from './dialects.ts'

const on = (dialect: ListenerDialect) => ({ dialect, enabled: true })

it('names each kind of device in use once', () => {
  expect(dialectsOf([on('forwarder'), on('vmq'), on('forwarder')])).toEqual(['vmq', 'forwarder'])
})

it('leaves out what is switched off, and names our own where nothing is in use', () => {
  expect(dialectsOf([on('vmq'), { dialect: 'forwarder', enabled: false }])).toEqual(['vmq'])
  expect(dialectsOf([{ dialect: 'forwarder', enabled: false }])).toEqual(['own'])
  expect(dialectsOf([])).toEqual(['own'])
})
