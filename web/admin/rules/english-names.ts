/** The rules that came with the program have Chinese names, which are data; this is what they mean. */
export const ENGLISH_NAMES: Readonly<Record<string, string>> = {
  微信收款: 'WeChat: money received',
  微信收款卡片: 'WeChat: money received, as a card',
  微信收款商业版: 'WeChat for business: money received',
  '微信转账，没有金额': 'WeChat: a transfer without an amount',
  微信付出: 'WeChat: money paid out',
  微信像收款: 'WeChat: like money received',
  微信合并的通知: 'WeChat: merged notifications',
  微信今日合计: 'WeChat: total of the day',
  支付宝收款: 'Alipay: money received',
  支付宝扫码付款: 'Alipay: paid by a scan',
  支付宝标题收款: 'Alipay: money received, in the title',
  '支付宝转账，没有金额': 'Alipay: a transfer without an amount',
  支付宝付出: 'Alipay: money paid out',
  支付宝像收款: 'Alipay: like money received',
  '支付宝像收款（标题）': 'Alipay: like money received, in the title',
  支付宝今日合计: 'Alipay: total of the day',
}
