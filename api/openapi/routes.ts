/** The document of the API, printed when somebody first asks for it. */
import Router from 'koa-router'
import packageJson from '../../package.json' with { type: 'json' }
import { LOCALES, type Locale } from '../../core/vocabulary.ts'
import { openApiDocument } from './index.ts'

/** English is what tools get. */
const PATHS: Readonly<Record<Locale, string>> = { en: '/openapi.json', 'zh-CN': '/openapi.zh-CN.json' }

export function documentRoutes(): Router {
  const router = new Router({ sensitive: true, strict: true })
  for (const locale of LOCALES) {
    let text: string | undefined
    router.get(PATHS[locale], (ctx) => {
      text ??= JSON.stringify(openApiDocument(packageJson.version, locale))
      ctx.set('Cache-Control', 'no-cache')
      ctx.type = 'json'
      ctx.body = text
    })
  }
  return router
}
