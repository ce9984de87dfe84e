/** The programming language in which the reader wants to see samples. */
import { ref, watch } from 'vue'
import { keep, recall } from '../kept.ts'

const NAME = 'sample-language'

export const chosenLanguage = ref(recall(NAME) ?? 'curl')

watch(chosenLanguage, (language) => keep(NAME, language))
