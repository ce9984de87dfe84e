/** What a buyer sees where submit.php cannot go on: in both languages, without a script of any kind. */
import { createHash } from 'node:crypto'
import type { Context } from 'koa'
import { escapeHtml } from '../../core/letters.ts'
import type { ShopSettings } from '../../core/settings.ts'
import type { Shop } from '../../core/shop.ts'
import type { Problem } from './epay-words.ts'
import type { FlatForm } from './flat-form.ts'

interface Ways {
  /** What the site sent, so that it can be sent once more. */
  readonly form: FlatForm | undefined
  /** The order that is paid already. */
  readonly orderUrl: string | undefined
}

const STYLE = `
:root{color-scheme:light dark;--ground:#f5f6f7;--surface:#fff;--text:#15191d;--muted:#59636d;--line:#e1e5e9;--brand:#0f766e;--on-brand:#fff}
@media(prefers-color-scheme:dark){:root{--ground:#0f1214;--surface:#181c1f;--text:#e8ecef;--muted:#9ba6b0;--line:#2b3136;--brand:#138077}}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--text);font:16px/1.6 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'PingFang SC','Noto Sans SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif}
main{box-sizing:border-box;width:calc(100% - 32px);max-width:440px;margin:24px 0;padding:28px 24px;background:var(--surface);border:1px solid var(--line);border-radius:10px;overflow-wrap:anywhere}
h1{margin:0 0 16px;font-size:20px;line-height:1.4}
small{display:block;color:var(--muted);font-size:14px;font-weight:400}
p{margin:0 0 8px}
.muted{color:var(--muted);font-size:14px}
.go{display:block;box-sizing:border-box;width:100%;margin:20px 0 0;padding:12px;border:0;border-radius:10px;background:var(--brand);color:var(--on-brand);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
footer{margin-top:20px;padding-top:12px;border-top:1px solid var(--line);color:var(--muted);font-size:13px}
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

export function sendProblemPage(ctx: Context, shop: Shop, problem: Problem, ways: Ways): void {
  const title = ways.orderUrl ? IS_PAID : CANNOT_PAY
  ctx.type = 'html'
  ctx.set('Content-Security-Policy', policyOf(shop.settings.current))
  ctx.body = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title.zh} ${title.en}</title><style>${STYLE}</style></head>
<body><main>
<h1>${title.zh}<small lang="en">${title.en}</small></h1>
<p>${escapeHtml(problem.zh)}</p>
<p class="muted" lang="en">${escapeHtml(problem.en)}</p>
${wayOn(problem, ways)}
<footer>${escapeHtml(shop.settings.current.shopName)}</footer>
</main></body></html>`
}

const CANNOT_PAY = { zh: '暂时无法付款', en: 'Cannot pay now' }

const IS_PAID = { zh: '订单已付款', en: 'Already paid' }

/** The form leads to the shop's own address, whatever the name under which the buyer came. */
function policyOf({ publicUrl }: ShopSettings): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "base-uri 'none'",
    `form-action 'self' ${URL.canParse(publicUrl) ? new URL(publicUrl).origin : ''}`,
    "frame-ancestors 'none'",
  ].join('; ')
}

function wayOn({ freeInSeconds }: Problem, { form, orderUrl }: Ways): string {
  if (orderUrl) return `<a class="go" href="${escapeHtml(orderUrl)}">查看订单 / See the order</a>`
  if (freeInSeconds === undefined || !form) return NOTHING
  return `<form method="post"${isUtf8(form) ? '' : ' accept-charset="gbk"'}>${fieldsOf(form)}
<button class="go">重试 / Try again</button></form>`
}

const NOTHING =
  '<p class="muted">请返回商家网站重新发起支付，或联系商家。<br><span lang="en">Go back to the site that sent you here and start again, or ask there.</span></p>'

/** The very values that were signed. */
function fieldsOf(form: FlatForm): string {
  const fields = [...form.entries()].map(
    ([name]) =>
      `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(form.text(name) ?? '')}">`,
  )
  return fields.join('')
}

function isUtf8(form: FlatForm): boolean {
  return [...form.entries()].every(([name, bytes]) => bytes.equals(Buffer.from(form.text(name) ?? '')))
}
