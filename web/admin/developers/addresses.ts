/** What is typed into a merchant's site so that it takes payments here: by protocol, and by what its panel calls it. */
import type { Protocol } from '../../../core/vocabulary.ts'
import type { t } from '../texts/connect.ts'

type Text = Parameters<typeof t>[0]

export interface Address {
  readonly text: Text
  readonly url: string
}

/** `base` has no slash at its end. */
export interface Place {
  readonly base: string
  readonly pid: number
  /** Answers at the root paths. */
  readonly isDefault: boolean
}

export function addressesOf(protocol: Protocol, { base, pid, isDefault }: Place): Address[] {
  const atRoot = (address: Address): Address[] => (isDefault ? [address] : [])
  const own: Readonly<Record<Protocol, Address[]>> = {
    epay: [
      { text: 'baseSlash', url: `${base}/` },
      { text: 'base', url: base },
      { text: 'submit', url: `${base}/submit.php` },
      { text: 'mapi', url: `${base}/mapi.php` },
      { text: 'api', url: `${base}/api.php` },
    ],
    vmq: [
      { text: 'baseSlash', url: `${base}/vmq/${pid}/` },
      { text: 'base', url: `${base}/vmq/${pid}` },
      { text: 'createOrder', url: `${base}/vmq/${pid}/createOrder` },
      ...atRoot({ text: 'root', url: `${base}/` }),
    ],
    api_edition: [
      { text: 'apiOrder', url: `${base}/m/${pid}/api/order` },
      { text: 'base', url: `${base}/m/${pid}` },
      ...atRoot({ text: 'root', url: `${base}/api/order` }),
    ],
    v1: [
      { text: 'base', url: `${base}/api/v1` },
      { text: 'openapi', url: `${base}/openapi.json` },
    ],
  }
  return own[protocol]
}

/** What a field of a panel takes. */
export type Value =
  | { readonly is: 'address' | 'words'; readonly text: string }
  | { readonly is: 'pid' }
  | { readonly is: 'key' }

export interface Field {
  /** As the panel writes it. */
  readonly label: string
  readonly value: Value
}

export interface Panel {
  readonly name: string
  readonly fields: readonly Field[]
  readonly note?: Text
}

const PID: Value = { is: 'pid' }
const KEY: Value = { is: 'key' }

/** Panels that are known to work, each with its own names for the fields. */
export function panelsOf(protocol: Protocol, { base, pid }: Place): Panel[] {
  const address = (path: string): Value => ({ is: 'address', text: base + path })
  const words = (text: string): Value => ({ is: 'words', text })
  const usual = (at: string, names: readonly [string, string, string]): Field[] => [
    { label: names[0], value: address(at) },
    { label: names[1], value: PID },
    { label: names[2], value: KEY },
  ]
  const own: Readonly<Record<Protocol, Panel[]>> = {
    epay: [
      {
        name: '独角数卡 dujiaoka',
        fields: [
          { label: '支付标识', value: words('alipay / wxpay') },
          { label: '商户 ID', value: PID },
          { label: '商户 KEY', value: address('/submit.php') },
          { label: '商户密钥', value: KEY },
          { label: '支付处理路由', value: words('pay/yipay') },
        ],
        note: 'dujiaokaNote',
      },
      {
        name: 'Xboard / v2board / UniShop (EPay)',
        fields: usual('', ['URL', 'PID', 'KEY']),
        note: 'v2boardNote',
      },
      { name: 'new-api', fields: usual('', ['支付地址', '易支付商户 ID', '易支付商户密钥']) },
      {
        name: '异次元发卡 acg-faka',
        fields: usual('', ['接口地址', '商户 ID', '商户密钥']),
        note: 'acgNote',
      },
      { name: 'NeXT-Panel', fields: usual('/', ['网关地址', '商户 ID', '商户密钥']), note: 'slashNote' },
      { name: 'ProxyPanel', fields: usual('/', ['易支付 URL', '商户 ID', '商户密钥']), note: 'slashNote' },
      { name: 'WHMCS', fields: usual('/', ['接口地址', '商户 ID', '商户密钥']) },
      { name: 'WooCommerce', fields: usual('', ['接口地址', '商户 ID', '商户密钥']), note: 'wooNote' },
      { name: '彩虹易支付 SDK', fields: usual('/', ['apiurl', 'pid', 'key']), note: 'slashNote' },
    ],
    vmq: [
      {
        name: '独角数卡 dujiaoka',
        fields: [
          { label: '支付标识', value: words('vzfb / vwx') },
          { label: '商户 ID', value: KEY },
          { label: '商户密钥', value: address(`/vmq/${pid}/`) },
          { label: '支付处理路由', value: words('pay/vpay') },
        ],
        note: 'dujiaokaVmqNote',
      },
      {
        name: 'V免签',
        fields: [
          { label: '网关地址', value: address(`/vmq/${pid}`) },
          { label: '通讯密钥', value: KEY },
        ],
        note: 'vmqNote',
      },
    ],
    api_edition: [],
    v1: [],
  }
  return own[protocol]
}
