/** A seller's markdown as HTML that is safe to show: no HTML of theirs passes, links open apart. */
import MarkdownIt from 'markdown-it'

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true })

markdown.validateLink = (url) => /^(https?:|mailto:)/i.test(url.trim())
markdown.disable('image') // pictures of other sites would tell them who reads
markdown.renderer.rules.link_open = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow')
  tokens[index]?.attrSet('target', '_blank')
  return self.renderToken(tokens, index, options)
}

/** Rendered once per text: a long table takes a second, and visitors ask again and again. */
const rendered = new Map<string, string>()
const MOST_RENDERED = 200

export function renderMarkdown(text: string): string {
  const known = rendered.get(text)
  if (known !== undefined) return known
  const html = markdown.render(text)
  if (rendered.size >= MOST_RENDERED) rendered.clear()
  rendered.set(text, html)
  return html
}
