/** Hands the reader a file. Old webviews ignore it, so never the only way to get at something. */
export function downloadText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  downloadUrl(name, url)
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export function downloadUrl(name: string, url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
}
