import type { ApiTexts } from './texts.ts'

const ENDPOINT = {
  id: '端点编号。',
  url: '通知以 POST 发往这个地址。',
  events: '发送哪些事件。空数组表示全部 `order.*` 事件；`payment.unmatched` 和 `device.*` 必须明确列出。',
  enabled: '停用的端点除测试通知（ping）外不会收到任何内容。',
  previous_secret_until: '在此之前，轮换前的旧密钥与新密钥同时签名。',
  created_at: '添加时间。',
  livemode: '测试模式的为 false。',
}

const DELIVERY = {
  id: '即请求头 `webhook-id`，每次重试都相同。',
  event: '发生了什么。',
  status: '`waiting` 等待首次或下次发送，`delivered` 已送达，`dead` 已放弃。',
  url: '发往的地址。',
  endpoint_id: '所属端点；发往订单自己的 `notify_url` 时为 null。',
  order_id: '相关订单。',
  redelivery_of: '若为重新发送，则是最初那次投递的编号。',
  attempt_count: '已尝试次数；投递结束一段时间后记录会清除，那时为 0。',
  last_response_status: '最近一次响应的 HTTP 状态码；没有响应或记录已清除时为 null。',
  next_attempt_at: '下次发送时间；不再发送时为 null。',
  created_at: '事件发生时间；重发的则为请求重发的时间。',
  delivered_at: '收到 2xx 响应的时间。',
  livemode: '测试模式的为 false。',
}

export const ZH: ApiTexts = {
  info: '用个人支付宝、微信收款码为您自己的网站收款。金额是以元为单位的字符串，时间为 ISO 8601（UTC）。`/api/v1` 供商户网站使用并保持兼容：只增加字段，不删除字段。其余接口供本程序自己的页面使用，可能变化。',
  tags: {
    Account: { name: '账户', description: '密钥属于谁、能做什么。' },
    Orders: { name: '订单', description: '创建、查询和关闭订单。' },
    'Test mode': { name: '测试模式', description: '用测试密钥调用，即可让测试订单付款或过期。' },
    'Webhook endpoints': {
      name: 'Webhook 端点',
      description: '事件通知发往哪里，签名遵循 Standard Webhooks 1.0.0。',
    },
    'Webhook deliveries': {
      name: 'Webhook 投递记录',
      description: '发过什么、每次尝试的结果，以及重新发送。',
    },
  },
  operations: {
    v1Me: {
      tag: 'Account',
      summary: '查看密钥信息',
      description: '返回商户、模式、权限和可用渠道。任何密钥都可调用，适合作为第一个请求。',
    },
    v1CreateOrder: {
      tag: 'Orders',
      summary: '创建订单',
      description:
        '创建订单并为其占用一个金额。请把买家引导到 `payment_url`；如需自行显示应付金额，请显示 `amount_due` 而不是 `amount`：它可能少几分钱，系统正是靠这个金额识别付款。\n\n同一个 `out_trade_no` 且内容相同时返回同一订单（`method` 可以不同）；若订单已过期且未付款，会以新的金额和期限重新开启。内容不同返回 `order_changed`，已付款返回 `order_paid`。',
    },
    v1ListOrders: {
      tag: 'Orders',
      summary: '查询订单列表',
      description:
        '最新的在前。把 `next_cursor` 作为 `cursor` 传入即可取下一页；期间新增的订单不会造成重复或遗漏。',
    },
    v1GetOrder: {
      tag: 'Orders',
      summary: '查询订单',
      description: '按 `id` 查询。按您自己的订单号查询，请用列表接口的 `out_trade_no`。',
    },
    v1CloseOrder: {
      tag: 'Orders',
      summary: '关闭订单',
      description: '结束等待付款的订单；已关闭的订单原样返回。之后到账的钱不会自动算作此订单，由卖家处理。',
    },
    v1PayTestOrder: {
      tag: 'Test mode',
      summary: '支付测试订单',
      description:
        '等同于手机上报了一笔到账：走完全相同的代码并发送通知。再付一次为 `surplus`（重复付款）；先 `expire` 再付为 `late`（迟到）；传入其他 `amount` 为 `unmatched`，不会付清任何订单。',
    },
    v1ExpireTestOrder: {
      tag: 'Test mode',
      summary: '让测试订单过期',
      description: '等同于付款时间已到。过期后的宽限期内付款仍会入账，并发送 `order.paid_late`。',
    },
    v1ListEndpoints: {
      tag: 'Webhook endpoints',
      summary: '查询端点列表',
      description: '返回当前模式的全部端点（最多 16 个），最新的在前。',
    },
    v1CreateEndpoint: {
      tag: 'Webhook endpoints',
      summary: '添加端点',
      description: '`secret` 只在此次响应中出现，请妥善保存，用于验证签名。',
    },
    v1GetEndpoint: { tag: 'Webhook endpoints', summary: '查询端点', description: '不含密钥。' },
    v1ChangeEndpoint: { tag: 'Webhook endpoints', summary: '修改端点', description: '未传的字段保持不变。' },
    v1DeleteEndpoint: {
      tag: 'Webhook endpoints',
      summary: '删除端点',
      description: '尚未送达的通知不再发送，投递记录保留。',
    },
    v1RotateEndpointSecret: {
      tag: 'Webhook endpoints',
      summary: '更换端点密钥',
      description: '新的 `secret` 只在此次响应中出现。24 小时内新旧密钥同时签名，便于平滑切换。',
    },
    v1PingEndpoint: {
      tag: 'Webhook endpoints',
      summary: '测试端点',
      description: '立即发送一次 `test.ping`，并返回对方的响应。',
    },
    v1RenewNotifySecret: {
      tag: 'Webhook endpoints',
      summary: '生成 notify_url 的签名密钥',
      description:
        '发往订单 `notify_url` 的通知用它签名，正式与测试模式各一个。密钥只在此次响应中出现；旧密钥在 24 小时内同时签名。使用 `notify_url` 之前请先调用一次。',
    },
    v1ListDeliveries: {
      tag: 'Webhook deliveries',
      summary: '查询投递列表',
      description: '最新的在前，分页方式与订单相同。',
    },
    v1GetDelivery: {
      tag: 'Webhook deliveries',
      summary: '查询投递',
      description: '包含发送的正文和每次尝试：请求、响应的前 4 KiB、耗时。',
    },
    v1Redeliver: {
      tag: 'Webhook deliveries',
      summary: '重新发送',
      description:
        '以新的编号重新发送相同正文，并按完整的重试计划执行；`redelivery_of` 指向最初那次。仍在 `waiting` 的不能重新发送。',
    },
  },
  fields: {
    Order: {
      id: '订单编号。',
      trade_no: '19 位数字的订单号，与卖家后台显示的一致。',
      out_trade_no: '您的订单号。',
      subject: '商品名称。',
      amount: '您请求的金额（元），总是两位小数：`9.9` 返回为 `9.90`。',
      amount_due: '买家应付（或已付）的准确金额：等于 `amount` 或少几分钱，两位小数。',
      currency: '固定为 CNY。',
      method: '支付渠道；创建时未指定 `method` 的，买家可以更换。',
      status:
        '`pending` 待支付、`paid` 已支付、`expired` 已过期、`closed` 已关闭。已过期的订单仍可能因迟到的付款变为已支付。',
      paid_late: '付款晚于期限，但在宽限期内。',
      manually_marked: '由卖家手工标记为已付款。',
      created_at: '创建时间。',
      expires_at: '付款截止时间。',
      paid_at: '付款时间。',
      payment_url: '请把买家引导到这里。未设置公开网址时，通知中只有路径部分。',
      notify_url: '接收此订单通知的地址。',
      return_url:
        '付款后买家返回的地址，会附带 `order_id` 和 `out_trade_no`。返回不代表已付款，请以查询结果为准。',
      metadata: '您的附加数据，原样返回。',
      livemode: '测试订单为 false，不涉及真实资金。',
    },
    NewOrder: {
      out_trade_no: '您的订单号，在每种模式内唯一；可用字母、数字和 `._|-`。',
      amount: '金额（元），最多两位小数，0.01 至 9999999.99。必须是字符串，不能是数字。',
      currency: '只能是 CNY，可省略。',
      method: '省略时由买家在付款页选择。',
      subject: '商品名称，买家可见。',
      notify_url: '除端点外，此订单的全部事件也会发往这里；须为 http(s)，80 或 443 端口，不能是内网地址。',
      return_url: '付款后买家返回的地址。',
      metadata: '最多 20 对字符串，随订单原样返回。',
      expires_in: '付款时限（秒），省略时用商店设置。时限越长，占用金额越久。',
    },
    TestPayment: { match: '这笔付款的匹配结果。', order: '处理后的订单。' },
    Merchant: {
      pid: '商户号。',
      name: '商户名称。',
      livemode: '是否为正式密钥。',
      methods: '订单可用的渠道。',
      key: '当前使用的密钥。',
    },
    Key: {
      name: '在后台的名称。',
      hint: '密钥末尾几位。',
      scopes: '拥有的权限。',
      expires_at: '已轮换密钥的失效时间。',
    },
    WebhookEndpoint: ENDPOINT,
    NewWebhookEndpoint: { ...ENDPOINT, secret: '用于验证签名，只显示这一次。' },
    DeletedWebhookEndpoint: { id: '已删除的端点编号。', deleted: '固定为 true。' },
    NotifySecret: {
      secret: '用于验证发往 `notify_url` 的签名，只显示这一次。',
      previous_secret_until: '在此之前旧密钥同时签名；没有旧密钥时为 null。',
      livemode: '所属模式。',
    },
    WebhookDelivery: DELIVERY,
    WebhookDeliveryDetail: { ...DELIVERY, body: '参与签名的正文，一字不差。', attempts: '按时间先后排列。' },
    Attempt: {
      number: '从 1 开始。',
      at: '发送时间。',
      request: '发出的请求。',
      response: '没有响应时为 null。',
      error: '没有响应的原因。',
      duration_ms: '总耗时（毫秒）。',
    },
    AttemptRequest: { method: 'POST。', url: '地址。', headers: '发出的请求头。', body: '发出的正文。' },
    AttemptResponse: { status: 'HTTP 状态码。', body: '前 4 KiB。' },
    Payment: {
      id: '到账编号。',
      amount: '到账金额（元）。',
      currency: '固定为 CNY。',
      method: '到账渠道。',
      match:
        '`unmatched` 没有订单等待此金额；`suggested` 可能属于所列的已结束订单；`surplus` 所列订单此前已付款。',
      order_id: '可能相关的订单；它并未因这笔到账而付清。',
      received_at: '上报时间。',
      livemode: '测试模式的付款为 false。',
    },
    DeviceChange: { device: '上报到账的手机。', since: '自何时起离线或恢复。', livemode: '固定为 true。' },
    Device: { id: '设备编号。', name: '卖家给设备起的名称。' },
    Ping: { livemode: '端点所属模式。' },
  },
  parameters: {
    id: '订单编号。',
    'v1GetEndpoint.id': '端点编号。',
    'v1ChangeEndpoint.id': '端点编号。',
    'v1DeleteEndpoint.id': '端点编号。',
    'v1RotateEndpointSecret.id': '端点编号。',
    'v1PingEndpoint.id': '端点编号。',
    'v1GetDelivery.id': '投递编号 `msg_…`。',
    'v1Redeliver.id': '投递编号 `msg_…`。',
    out_trade_no: '您的订单号，完整匹配。',
    status: '只返回此状态的订单。',
    'v1ListDeliveries.status': '只返回此状态的投递。',
    method: '只返回此渠道的订单。',
    limit: '最多返回多少条，1 至 100，默认 20。',
    cursor: '上一页的 `next_cursor`。',
    order_id: '只返回与此订单相关的投递。',
    endpoint_id: '只返回发往此端点的投递。',
    event: '只返回此事件的投递。',
  },
  headers: {
    key: '由您为这一次请求生成的字符串，最多 255 个字符，建议用随机 UUID。24 小时内用同一个值重发时不会重复执行，而是返回首次的结果。',
    replayed: '为 `true` 表示这是此前相同 Idempotency-Key 请求的结果。',
    retryAfter: '建议等待的秒数。',
    allow: '此路径支持的方法。',
  },
  security: '卖家后台生成的密钥：`Authorization: Bearer sk_live_…` 或 `sk_test_…`。切勿放到浏览器端。',
  error: {
    type: '错误大类，用于程序判断。',
    code: '具体错误码，不会改变。',
    message: '给人看的说明，语言由 `Accept-Language` 决定（zh-CN 或 en）。',
    param: '相关的参数或请求头。',
  },
  fault: '服务器出错。请换一个 Idempotency-Key 重试；out_trade_no 不变，订单不会重复创建。',
  done: '成功。',
  events: {
    'order.created': '订单已创建。过期后重新开启的订单不会再次发送。',
    'order.paid': '订单已付款，请发货。',
    'order.paid_late': '订单在期限之后、宽限期之内付款，请与 `order.paid` 一样发货。',
    'order.expired': '订单已过期；重新开启后再次过期会再通知一次。迟到的付款仍可能入账，请勿立即把货给别人。',
    'order.closed': '订单已由您或卖家关闭。',
    'payment.unmatched':
      '有到账但没有订单因此付清。只发给明确列出此事件的端点：疑似属于某订单的只告知该订单的商户，其余告知到账账户所对应的商户。',
    'device.offline': '上报到账的手机失去联系，付款确认可能延迟。只发给明确列出此事件的正式模式端点。',
    'device.online': '手机已恢复。只发给明确列出此事件的正式模式端点。',
    'test.ping': '您请求的测试通知。',
  },
  eventParts: { type: '事件名。', timestamp: '发生时间。', data: '事件内容，为发生当时的状态。' },
  webhookHeaders: {
    id: '同一次投递的每次重试都相同。手动重新发送的、发往其他地址的同一事件另有编号：发货只做一次，请以订单的 `data.id` 为准。',
    timestamp: '本次发送的 Unix 秒。相差五分钟以上的请拒绝。',
    signature:
      '一个或多个以空格分隔的 `v1,<base64>`，每个密钥一个：以去掉 `whsec_` 前缀并 base64 解码后的密钥，对 `{webhook-id}.{webhook-timestamp}.{正文}` 计算 HMAC-SHA256。',
  },
  webhookAnswers: {
    arrived: '10 秒内返回任意 2xx：视为送达。',
    failed:
      '其他任何情况（包括重定向）：稍后重发，默认在三天内再发 13 次。429、502、503、504 时遵循 `Retry-After`；410 会停用该端点；对订单自己的 `notify_url`，则立即放弃这一次回调。',
  },
}
