import { describe, expect, it } from 'vitest'
import { apiEditionForm } from './api-edition.ts'
import { epayForm } from './epay.ts'
import { saysSuccess } from './success.ts'
import { vmqForm } from './vmq.ts'

const WARNING =
  '<br />\n<b>Warning</b>:  Cannot modify header information in <b>/www/a.php</b> on line <b>3</b>'

/** As Laravel shows a fault while debugging: a page that quotes the line that would have answered. */
const DEBUG_PAGE = `<!doctype html><html><body><h1>ErrorException</h1><pre>return 'success';</pre></body></html>`

describe('an answer means that the callback arrived', () => {
  it.each([
    ['the word', 'success'],
    ['the word in capitals', 'SUCCESS'],
    ['the word with a capital', 'Success'],
    ['blanks around it', ' success \r\n'],
    ['a byte order mark before it', '\ufeffsuccess'],
    ['JSON with a state', '{"state":"success","msg":"Payment success"}'],
    ['JSON with a status', '{"status":"SUCCESS"}'],
    ['JSON with a code', '{"code":"success"}'],
    ['JSON after a byte order mark', '\ufeff{"state":"success"}'],
    ['JSON and a warning behind', `{"state":"success"}${WARNING}`],
    ['a warning behind', `success${WARNING}`],
    ['a warning before', `${WARNING}\nsuccess`],
    ['a sentence', 'order paid: success!'],
  ])('%s', (_what, body) => expect(saysSuccess({ status: 200, body })).toBe(true))

  it('201 with the word', () => expect(saysSuccess({ status: 201, body: 'success' })).toBe(true))
})

describe('an answer means nothing of the kind', () => {
  it.each([
    ['fail', 'fail'],
    ['nothing', ''],
    ['a word that only holds it', 'unsuccessful'],
    ['a word that only begins with it', 'successfully ignored'],
    ['a name that only holds it', 'no-success'],
    ['JSON that failed', '{"code":-1,"msg":"fail"}'],
    ['JSON whose field has the name', '{"success":false,"message":"bad sign"}'],
    ['such JSON and a warning behind', `{"success":false,"message":"bad sign"}${WARNING}`],
    ['a warning before such JSON', `${WARNING}{"success":false}`],
    ['such JSON, cut off', `{"success":false,"trace":"${'x'.repeat(5_000)}"}`],
    ['a sign-in page', '<!DOCTYPE html><html><div class="success">Welcome</div></html>'],
    ['a page without a doctype', '<html><p class="success">success</p></html>'],
    ['a page for debugging, as 200', DEBUG_PAGE],
    ['the word too far behind', `${'x '.repeat(2_100)} success`],
  ])('%s', (_what, body) => expect(saysSuccess({ status: 200, body })).toBe(false))

  it.each([199, 301, 302, 304, 400, 404, 410, 500, 503])('the word with a %i', (status) => {
    expect(saysSuccess({ status, body: 'success' })).toBe(false)
  })

  it('a page for debugging, as 500', () => expect(saysSuccess({ status: 500, body: DEBUG_PAGE })).toBe(false))
})

describe('each of the older protocols has its own word', () => {
  const answers = [
    'success',
    '\ufeffsuccess\n',
    'SUCCESS',
    '{"state":"success"}',
    `success${WARNING}`,
    'ok',
    '',
  ]
  const verdicts = (form: typeof vmqForm, status = 200) =>
    answers.map((body) => form.isSuccess({ status, body }))

  it('易支付: the word as its clients say it', () => {
    expect(verdicts(epayForm)).toEqual([true, true, true, true, true, false, false])
    expect(verdicts(epayForm, 500)).toEqual(answers.map(() => false))
  })

  it('V免签: nothing but the word', () => {
    expect(verdicts(vmqForm)).toEqual([true, true, false, false, false, false, false])
    expect(verdicts(vmqForm, 500)).toEqual(answers.map(() => false))
  })

  it('the Api edition: any 2xx, since its sites were never asked for a word', () => {
    expect(verdicts(apiEditionForm)).toEqual(answers.map(() => true))
    expect(verdicts(apiEditionForm, 302)).toEqual(answers.map(() => false))
  })
})
