import type { Guides } from './guide.ts'
import { VERIFY_SAMPLES } from './verify-samples.ts'

export const ZH: Guides = {
  'quick-start': {
    title: '快速开始',
    summary: '十分钟内从创建订单到收到付款通知。',
    blocks: [
      {
        kind: 'steps',
        items: [
          '在后台的“开发者”里添加一个商户，创建测试密钥 `sk_test_…`。密钥只显示一次，请保存在服务器端。',
          '用它调用 `GET /api/v1/me`，确认密钥可用。',
          '用 `POST /api/v1/orders` 创建订单，把买家引导到返回的 `payment_url`。',
          '添加 Webhook 端点，收到 `order.paid` 时发货。',
          '用 `POST /api/v1/test/orders/{id}/pay` 模拟付款：订单变为 `paid`，端点随即收到 `order.paid`。',
          '一切正常后换成正式密钥 `sk_live_…`，其余代码不变。',
        ],
      },
      {
        kind: 'code',
        label: 'curl',
        code: `curl '{origin}/api/v1/orders' \\
  -H 'Authorization: Bearer sk_test_…' \\
  -H 'Content-Type: application/json' \\
  -d '{"out_trade_no":"A20261122-0001","amount":"12.50","subject":"月卡 30 天"}'`,
      },
      { kind: 'heading', text: '为什么应付金额会少几分钱' },
      {
        kind: 'text',
        text: '个人收款码不带订单号，系统靠金额识别付款：同一时间、同一账户上，每个金额只属于一个订单。价格被占用时，订单会得到低几分钱的金额，即 `amount_due`。付款页会自动显示正确金额；如果您自己显示金额，请显示 `amount_due`。对账和发货请以 `amount` 为准。',
      },
      {
        kind: 'text',
        text: '同价订单太多、金额全部被占用时，返回 409 `no_free_amount`，`Retry-After` 说明多少秒后会有空闲金额。',
      },
      { kind: 'heading', text: '订单的一生' },
      {
        kind: 'table',
        head: ['状态', '含义', '事件'],
        rows: [
          ['`pending`', '等待付款', '`order.created`'],
          ['`paid`', '已付款，可以发货', '`order.paid`；宽限期内的迟到付款为 `order.paid_late`'],
          ['`expired`', '超过期限未付款；迟到的付款仍可能使其变为已付款', '`order.expired`'],
          ['`closed`', '由您或卖家关闭', '`order.closed`'],
        ],
      },
      {
        kind: 'warning',
        text: '买家返回 `return_url` 不代表已付款。请以 Webhook 或查询订单的结果为准，再发货。',
      },
    ],
  },
  testing: {
    title: '不花钱地测试',
    summary: '不动真钱，走完全相同的代码。',
    blocks: [
      {
        kind: 'text',
        text: '测试密钥 `sk_test_…` 与正式密钥 `sk_live_…` 看到的是两个互不相通的世界：订单、端点、投递记录和签名密钥都分开，同一个 `out_trade_no` 可以各用一次。所有对象都带有 `livemode`。',
      },
      {
        kind: 'table',
        head: ['想测试什么', '怎么做'],
        rows: [
          ['正常付款', '`POST /api/v1/test/orders/{id}/pay`'],
          ['重复付款', '再付一次：`match` 为 `surplus`，不会再次通知已付款'],
          ['付错金额', '`{"amount":"1.00"}`：`match` 为 `unmatched`，订单不变'],
          ['订单过期', '`POST /api/v1/test/orders/{id}/expire`，通知 `order.expired`'],
          ['迟到付款', '先 `expire` 再 `pay`：通知 `order.paid_late`'],
          ['端点是否可达', '`POST /api/v1/webhook_endpoints/{id}/ping`'],
        ],
      },
      { kind: 'note', text: '测试订单的付款页会注明“测试”，二维码无法支付；测试数据不计入任何统计。' },
    ],
  },
  webhooks: {
    title: '接收 Webhook',
    summary: '遵循 Standard Webhooks 1.0.0：签名、时间戳、重试和投递记录。',
    blocks: [
      {
        kind: 'text',
        text: '每个事件以 POST 发送 JSON：`type`、`timestamp` 和 `data`。订单事件的 `data` 与查询订单返回的对象相同。',
      },
      {
        kind: 'steps',
        items: [
          '先验证签名，再解析正文：用收到的原文，一个字节都不要改动。',
          '`webhook-timestamp` 与当前时间相差五分钟以上的，拒绝。',
          '核对 `data.out_trade_no` 和 `data.amount` 与您自己的订单一致，金额按整数分比较。已付款但对不上的返回 409，卖家可在投递记录中查到。',
          '每个订单只发货一次：在同一个数据库事务中把 `data.id` 标记为已付款并留出货物。已标记过的直接返回 2xx，不再做任何事。',
          '已付款的订单不要再改回：事件可能乱序到达，`order.expired` 也可能在 `order.paid_late` 之后到达。',
          '保存妥当后返回任意 2xx。耗时的工作放到返回之后，10 秒内没有回应会重发。',
        ],
      },
      { kind: 'samples', samples: VERIFY_SAMPLES },
      {
        kind: 'text',
        text: '`webhook-id` 只在同一次投递的各次重试中相同。手动重新发送的事件另有编号；同一事件发往 `notify_url` 和每个端点的编号也各不相同。它只能说明某次投递重复到达，不能说明订单是否已发货。',
      },
      {
        kind: 'text',
        text: '`webhook-signature` 可能有多个以空格分隔的签名：更换密钥后的 24 小时内，新旧密钥同时签名，任意一个匹配即可。各语言也有现成的 Standard Webhooks 库可用。',
      },
      { kind: 'heading', text: '发往哪里' },
      {
        kind: 'list',
        items: [
          'Webhook 端点：接收该模式下的全部订单，或仅接收所选事件。每个端点有自己的密钥。',
          '订单的 `notify_url`：接收这一个订单的全部事件。它使用的密钥由 `POST /api/v1/notify_secret/rotate` 生成。',
          '地址须为 http 或 https、80 或 443 端口，不能指向内网；不跟随重定向。在本机测试时，收银台用 `CALLBACK_ALLOW=127.0.0.1:8000` 启动即可放行，主机照地址里的写法。',
        ],
      },
      { kind: 'heading', text: '重试' },
      {
        kind: 'text',
        text: '返回 2xx 以外的任何结果都会重发：默认依次间隔 5 秒、30 秒、2 分、5 分、15 分、30 分、1 小时、2 小时、5 小时、10 小时、14 小时、20 小时、24 小时（上下浮动 20%），之后标记为 `dead` 并提醒卖家，您可以随时重新发送。返回 429、502、503、504 时遵循 `Retry-After`；返回 410 会停用该端点；对订单自己的 `notify_url`，则立即放弃这一次回调。',
      },
      { kind: 'heading', text: '事件' },
      { kind: 'events' },
    ],
  },
  errors: {
    title: '错误',
    summary: '一种格式，按 type 判断，按 code 细分。',
    blocks: [
      {
        kind: 'code',
        label: 'HTTP',
        code: `HTTP/1.1 400 Bad Request

{
  "error": {
    "type": "invalid_request",
    "code": "bad_amount",
    "message": "金额格式不正确，请填写如 9.90 的金额，最多两位小数。",
    "param": "amount"
  }
}`,
      },
      {
        kind: 'table',
        head: ['type', '状态码', '怎么办'],
        rows: [
          ['`invalid_request`', '400 404 405 413 415', '请求有误，修改后再发'],
          ['`authentication`', '401', '检查密钥'],
          ['`permission`', '403', '密钥没有所需权限，或不是测试密钥'],
          ['`idempotency`', '400 409', 'Idempotency-Key 用于了别的请求，或首个请求仍在处理'],
          ['`conflict`', '409', '与当前状态冲突；有 `Retry-After` 时等待后重试'],
          ['`rate_limit`', '429', '按 `Retry-After` 等待'],
          ['`api`', '500 503', '稍后重试；`out_trade_no` 不变，订单不会重复创建'],
        ],
      },
      {
        kind: 'text',
        text: '`message` 供人阅读，语言由请求头 `Accept-Language` 决定（zh-CN 或 en）。程序请判断 `type` 和 `code`，它们不会改变；将来可能增加新的 `code`。',
      },
      { kind: 'heading', text: '全部错误码' },
      { kind: 'codes' },
    ],
  },
  idempotency: {
    title: '幂等',
    summary: '网络中断后放心重试，不会重复下单。',
    blocks: [
      {
        kind: 'text',
        text: '所有 POST 请求都可以带上请求头 `Idempotency-Key`：由您为这一次操作生成的字符串（最多 255 个可见 ASCII 字符，建议随机 UUID）。每次操作用新的值，只在重试这一次操作时沿用：订单过期后再次请求是另一次操作，沿用旧值只会得到首次的结果。首次的状态码和正文会保存至少 24 小时，用同一个值重发时原样返回，并带有 `Idempotent-Replayed: true`。',
      },
      {
        kind: 'table',
        head: ['情况', '结果'],
        rows: [
          ['相同的值、相同的请求', '返回首次的结果，`order_paid` 等 409 和 500 也一样'],
          ['相同的值、不同的请求', '400 `idempotency_mismatch`'],
          ['首个请求仍在处理', '409 `idempotency_busy`，稍后用同一个值重试'],
          ['参数有误（400）或不存在（404）', '不保存，修改后可用同一个值重发'],
          [
            '稍后可能成功的结果：带有 `Retry-After` 的（如 `no_free_amount`、503），以及 `channel_unavailable`、`no_code_for_price`、`too_many_endpoints`；重新发送仍为 `waiting` 的投递',
            '不保存，等待后用同一个值重试',
          ],
          ['正式与测试模式', '各自独立'],
        ],
      },
      {
        kind: 'text',
        text: '`out_trade_no` 是第二道保险：在每种模式内它只对应一个订单。即使没有 `Idempotency-Key`，内容相同的重复请求也会返回同一个订单。',
      },
    ],
  },
  lists: {
    title: '列表与分页',
    summary: '所有列表一种格式，游标稳定。',
    blocks: [
      {
        kind: 'code',
        label: 'JSON',
        code: `{
  "data": [ … ],
  "has_more": true,
  "next_cursor": "MTc5NTM0ODgwMDAwMC5WMVN0R1hSOF9aNWpkSGk2Qi1teVQ"
}`,
      },
      {
        kind: 'text',
        text: '最新的在前，每页 1 至 100 条（`limit`，默认 20）。取下一页时保持其他参数不变，并把 `next_cursor` 作为 `cursor` 传入；`has_more` 为 false 时结束。翻页期间新增的内容排在前面，不会造成重复或遗漏。',
      },
    ],
  },
}
