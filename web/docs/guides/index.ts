import type { Locale } from '../../../core/vocabulary.ts'
import { EN } from './en.ts'
import type { Guides } from './guide.ts'
import { ZH } from './zh.ts'

export const GUIDE_TEXTS: Readonly<Record<Locale, Guides>> = { 'zh-CN': ZH, en: EN }
