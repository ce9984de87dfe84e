// Old syntax on purpose: this file must run on the very Node it turns away.
var v = process.versions.node.split('.').map(Number)
var ok = (v[0] === 20 && v[1] >= 19) || (v[0] === 22 && v[1] >= 13) || v[0] >= 24
if (!ok) {
  console.error(
    'qrtill needs Node 20.19, 22.13 or 24 and newer; this is ' +
      process.versions.node +
      '. / qrtill 需要 Node 20.19、22.13 或 24 以上版本，当前为 ' +
      process.versions.node +
      '。',
  )
  process.exit(1)
}
