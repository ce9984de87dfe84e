/** What each refusal says to the person who meets it, with what to do next. `{name}` is a fact of its details. */
import type { RefusalCode, RefusalDetails } from '../core/errors.ts'
import type { Channel, Locale } from '../core/vocabulary.ts'

type Sentences = Readonly<Record<RefusalCode | 'fault', string>>

const ZH: Sentences = {
  bad_input: '提交的内容有误，请检查后重试。',
  bad_amount: '金额格式不正确，请填写如 9.90 的金额，最多两位小数。',
  bad_email: '邮箱地址不正确，请检查后重试。',
  bad_url: '网址不可用：{urlFault}。',
  bad_picture: '无法读取这张图片，请上传 PNG 或 JPEG 格式的收款码图片。',
  picture_too_large: '图片太大：请上传不超过 2 MB、1600 万像素的图片，或先截图再上传。',
  no_code_in_picture: '图片中没有找到二维码，请上传完整清晰的收款码图片。',
  not_a_receiving_code: '这不是可用的个人收款码，请在微信或支付宝的“收钱/二维码收款”页面保存收款码后上传。',
  duplicate_code: '这个收款码已经添加过了。',
  bad_rule: '规则不能这样保存：每个写法都要能用，表示金额的占位符要紧挨着文字，每条样例都要读得出。',
  open_title: '读金额的规则必须写明标题，标题不能只写 *：微信里任何联系人发来一条消息，标题就是他的名字。',
  sign_in_needed: '请先登录。',
  wrong_credentials: '用户名或密码不正确。',
  key_needed: '请在请求头中提供密钥：Authorization: Bearer sk_live_… 或 sk_test_…。',
  wrong_key: '密钥不正确，或已停用。',
  scope_needed: '这个密钥没有 {scope} 权限。',
  test_key_needed: '此操作只能使用测试密钥（sk_test_…）。',
  setup_code_needed: '首次从其他设备登录需要初始化码，它在程序启动时显示在终端里。',
  new_password_needed: '请先设置新密码。',
  password_needed: '请再次输入密码以确认是您本人操作。',
  weak_secret: '这个密钥不能用：至少 16 个随机字符，且不能与其他密钥或监听密钥相同。',
  weak_password: '密码太简单：至少 8 个字符，建议 15 个以上，且不能是常见密码。',
  cross_site: '请求来自其他网站，已被拒绝。请从本站页面操作。',
  not_allowed: '您没有执行此操作的权限。',
  not_found: '没有找到该内容，可能已被删除。',
  order_not_found: '订单不存在，请检查链接是否完整。',
  merchant_key_needed: '请先给这个商户添加一个密钥：没有密钥就无法签名。',
  order_changed: '该订单支付参数有变化，请更换订单号重新发起支付',
  idempotency_mismatch: '这个 Idempotency-Key 已用于另一个请求，请换一个新的。',
  idempotency_busy: '使用这个 Idempotency-Key 的请求正在处理，请稍后用同一个值重试。',
  order_exists: '商户订单号已存在',
  order_paid: '该订单已完成支付，请勿重复发起支付',
  sign_used: '签名已用于另一笔订单',
  product_not_found: '商品不存在，请检查链接是否完整。',
  proof_needed: '请在下单的浏览器中打开，或使用邮件中的链接查看。',
  method_not_allowed: '不支持这种请求方式。',
  unsupported_media_type: '不支持这种内容格式。',
  too_large: '提交的内容太大。',
  off_sale: '商品已下架，暂时无法购买。',
  out_of_stock: '库存不足，请减少数量或联系卖家补货。',
  channel_unavailable: '该支付方式暂不可用，请换一种支付方式。',
  no_code_for_price: '该支付方式暂时不能付这个价格，请换一种支付方式或联系卖家。',
  nobody_listens: '收款设备不在线，暂时无法下单，请稍后再试或联系卖家。',
  no_free_amount: '当前同价下单人数较多，约 {freeIn} 后可下单{instead}。',
  wrong_state: '当前状态不能执行此操作，请刷新页面查看最新状态。',
  set_by_environment: '此项由环境变量设定，不能在这里修改。',
  too_many_endpoints: '最多 {most} 个 Webhook 地址，请先删除不用的。',
  too_many_open_orders: '您有未完成的订单，请先完成支付或取消后再下单。',
  too_many_requests: '操作太频繁，请 {retryIn} 后再试。',
  database_away: '系统暂时繁忙，请稍后重试。',
  fault: '服务器出错了，请稍后重试；如仍有问题，请联系卖家并提供编号 {requestId}。',
}

const EN: Sentences = {
  bad_input: 'Something in the request is not right. Check it and try again.',
  bad_amount: 'Write the amount like 9.90, with at most two decimals.',
  bad_email: 'This e-mail address is not right. Check it and try again.',
  bad_url: 'This address cannot be used: {urlFault}.',
  bad_picture: 'This picture cannot be read. Upload a PNG or JPEG of the receiving code.',
  picture_too_large:
    'The picture is too large: at most 2 MB and 16 megapixels. Take a screenshot of it and upload that.',
  no_code_in_picture: 'There is no QR code on this picture. Upload a complete and sharp one.',
  not_a_receiving_code:
    'This is not a personal receiving code. Save one from the “receive money” page of WeChat or Alipay and upload it.',
  duplicate_code: 'This code has been added already.',
  bad_rule:
    'The rule cannot be saved like this: every pattern must be right, the mark for the amount must stand next to text, and every sample must be read.',
  open_title:
    'A rule that reads money must name the titles it reads, not only *: a chat message of any contact has their name for a title.',
  sign_in_needed: 'Sign in first.',
  wrong_credentials: 'The name or the password is wrong.',
  key_needed: 'Send your key in a header: Authorization: Bearer sk_live_… or sk_test_….',
  wrong_key: 'This key is wrong, or was revoked.',
  scope_needed: 'This key does not have the scope {scope}.',
  test_key_needed: 'This takes a test key (sk_test_…).',
  setup_code_needed:
    'The first sign-in from another device needs the set-up code that was printed in the terminal at start.',
  new_password_needed: 'Choose a new password first.',
  password_needed: 'Type your password again to confirm that it is you.',
  weak_secret:
    'This key cannot be used: at least 16 random characters, and equal to no other key or listener secret.',
  weak_password:
    'This password is too simple: at least 8 characters, better 15, and none of the common ones.',
  cross_site: 'The request came from another site and was refused. Use the pages of this site.',
  not_allowed: 'You may not do this.',
  not_found: 'Not found. It may have been deleted.',
  merchant_key_needed: 'Add a key to this merchant first: nothing can be signed without one.',
  order_changed: 'This order was asked for before with other parameters. Use a new order number.',
  idempotency_mismatch: 'This Idempotency-Key was used for another request. Use a new one.',
  idempotency_busy:
    'The request with this Idempotency-Key is under way. Try again with the same key shortly.',
  order_exists: 'This order number has been used before.',
  order_paid: 'This order is paid already.',
  sign_used: 'This signature was used for another order.',
  order_not_found: 'There is no such order. Check that the link is complete.',
  product_not_found: 'There is no such product. Check that the link is complete.',
  proof_needed: 'Open this in the browser you ordered with, or use the link in the e-mail.',
  method_not_allowed: 'This way of asking is not supported.',
  unsupported_media_type: 'This kind of content is not supported.',
  too_large: 'This is too large.',
  off_sale: 'This product is not on sale at the moment.',
  out_of_stock: 'Not enough in stock. Order fewer, or ask the seller.',
  channel_unavailable: 'This way to pay is not available. Choose another one.',
  no_code_for_price:
    'This price cannot be paid on this channel just now. Choose another way to pay, or ask the seller.',
  nobody_listens: 'The device that sees payments is not connected. Try again later, or ask the seller.',
  no_free_amount: 'Many buyers at this price: free again in about {freeIn}{instead}.',
  wrong_state: 'That is not possible in the present state. Reload to see where it stands.',
  set_by_environment: 'This is set by the environment and cannot be changed here.',
  too_many_endpoints: 'There can be at most {most} webhook endpoints. Remove one that is not used.',
  too_many_open_orders: 'You have open orders. Pay or cancel them first.',
  too_many_requests: 'Too many requests. Try again in {retryIn}.',
  database_away: 'The shop is busy for a moment. Try again shortly.',
  fault: 'The server failed. Try again shortly; if it goes on, tell the seller this number: {requestId}.',
}

const TABLES: Readonly<Record<Locale, Sentences>> = { 'zh-CN': ZH, en: EN }

export function sentenceFor(code: RefusalCode | 'fault', details: RefusalDetails, locale: Locale): string {
  const facts: Record<string, string> = {
    requestId: String(details.requestId ?? ''),
    freeIn: minutes(details.freeInSeconds),
    retryIn: minutes(details.retryInSeconds),
    instead: instead(details.otherChannels, locale),
    most: String(details.most ?? ''),
    scope: String(details.scope ?? ''),
    urlFault: URL_FAULTS[locale][String(details.reason)] ?? '',
  }
  return TABLES[locale][code].replace(/\{(\w+)\}/g, (whole, name: string) => facts[name] ?? whole)
}

const ALLOW_ZH = '如为本机或内网测试，请在 CALLBACK_ALLOW 中写上网址里的主机:端口'
const ALLOW_EN = 'for tests list host:port as the URL writes it in CALLBACK_ALLOW'

/** What may be wrong with an address that we are to call. */
const URL_FAULTS: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  'zh-CN': {
    not_http: '必须是完整的 http:// 或 https:// 地址',
    userinfo: '不能带用户名和密码',
    port: `只能使用 80 或 443 端口；${ALLOW_ZH}`,
    private: `不能指向内网或本机；${ALLOW_ZH}`,
    too_long: '太长',
  },
  en: {
    not_http: 'it must be a complete address with http:// or https://',
    userinfo: 'it must not carry a user name or password',
    port: `its port must be 80 or 443; ${ALLOW_EN}`,
    private: `it must not lead into a private network or to this machine; ${ALLOW_EN}`,
    too_long: 'it is too long',
  },
}

/** `01:20` */
function minutes(seconds: unknown): string {
  const whole = Math.max(1, Math.ceil(Number(seconds ?? 60)))
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`
}

const CHANNEL_NAMES: Readonly<Record<Locale, Readonly<Record<Channel, string>>>> = {
  'zh-CN': { wechat: '微信', alipay: '支付宝' },
  en: { wechat: 'WeChat', alipay: 'Alipay' },
}

function instead(channels: unknown, locale: Locale): string {
  const [first] = Array.isArray(channels) ? (channels as Channel[]) : []
  if (!first) return ''
  const name = CHANNEL_NAMES[locale][first]
  return locale === 'en' ? `; ${name} has an amount now` : `，也可以改用${name}`
}
