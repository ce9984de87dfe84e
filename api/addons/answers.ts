/** What each outcome says; the app shows it to the seller. Code 1: recorded. */
import type { Context } from 'koa'
import type { NoticeOutcome } from '../../core/notice-outcomes.ts'
import type { ApiContext } from '../context.ts'

export type Answer = readonly [code: 0 | 1, msg: string]

export const WRONG_KEY = '密匙不正确!'
export const WRONG_ADDRESS = '此设备没有绑定这个网络地址，请在后台“监听设备”中核对'
export const WRONG_FORM = '此设备只接受新版签名'
export const WRONG_CLOCK = '手机时间不准，请打开自动校准时间'

export const ANSWERS: Readonly<Record<NoticeOutcome, Answer>> = {
  matched: [1, '收款处理成功!'],
  late: [1, '收款处理成功!'],
  assigned: [1, '收款处理成功!'],
  surplus: [1, '收款已记录，该订单此前已付款'],
  suggested: [1, '收款已记录，订单已结束，请在后台核对'],
  unmatched: [1, '收款已记录，没有等待此金额的订单'],
  spooled: [1, '收款已记录'],
  clock: [1, '收款已记录，但手机时间不准，不会自动匹配订单：请打开自动校准时间，并在后台核对'],
  quarantined: [0, '金额或类型无法识别，已留存待核对'],
  no_account: [0, '此设备没有选择这个渠道的账户，已留存待核对：请在后台“监听设备”中选上'],
  old_form: [0, `${WRONG_FORM}，已留存待核对`],
  address: [0, `${WRONG_ADDRESS}，已留存待核对`],
  reused: [0, '与之前的通知编号相同但内容不同，已留存待核对'],
  ambiguous: [0, '通知内容有歧义，已留存待核对'],
  unread: [0, '通知像是收款但没有规则能读出金额，已留存待核对'],
}

/** Answers nothing at all when the notice could not be made safe: any answer counts as success with some apps. */
export async function answerSafely(
  { shop }: ApiContext,
  ctx: Context,
  receive: () => Promise<void>,
): Promise<void> {
  try {
    await receive()
  } catch (error) {
    shop.log.error({ err: error }, 'a notice could not be made safe: the listener gets no answer')
    ctx.respond = false
    ctx.res.destroy()
  }
}
