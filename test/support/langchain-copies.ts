/** The copies of LangChain that the tests run: 0.3 and 1.x, each as an ES module and as CommonJS. */
import type * as Tools from '@langchain/core/tools'
import type * as Prompts from '@langchain/core/prompts'
import type * as Parsers from '@langchain/core/output_parsers'
import type * as Runnables from '@langchain/core/runnables'
import type * as Retrievers from '@langchain/core/retrievers'
import type * as Documents from '@langchain/core/documents'
import type * as Testing from '@langchain/core/utils/testing'
import type * as Llms from '@langchain/core/language_models/llms'
import type * as LangChainOpenAI from '@langchain/openai'
import type * as OpenAISDK from 'openai'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Copy {
  readonly name: string
  readonly version: '0.3' | '1'
  readonly tools: typeof Tools
  readonly prompts: typeof Prompts
  readonly parsers: typeof Parsers
  readonly runnables: typeof Runnables
  readonly retrievers: typeof Retrievers
  readonly documents: typeof Documents
  readonly testing: typeof Testing
  readonly llms: typeof Llms
  readonly openai: typeof LangChainOpenAI
  readonly sdk: typeof OpenAISDK
}

const ENTRIES = {
  tools: '@langchain/core/tools',
  prompts: '@langchain/core/prompts',
  parsers: '@langchain/core/output_parsers',
  runnables: '@langchain/core/runnables',
  retrievers: '@langchain/core/retrievers',
  documents: '@langchain/core/documents',
  testing: '@langchain/core/utils/testing',
  llms: '@langchain/core/language_models/llms',
  openai: '@langchain/openai',
  sdk: 'openai',
} as const

const root = resolve(import.meta.dirname, '../..')
const APPS = { '0.3': join(root, 'test/apps/langchain-v03'), '1': root }

/** Both majors in both module formats. */
export function loadCopies(): Promise<Copy[]> {
  return Promise.all((['0.3', '1'] as const).flatMap((version) => [loadCopy(version, 'esm'), loadCopy(version, 'cjs')]))
}

async function loadCopy(version: '0.3' | '1', format: 'esm' | 'cjs'): Promise<Copy> {
  const require = createRequire(join(APPS[version], 'package.json'))
  const modules: Record<string, unknown> = { name: `@langchain/core ${version} ${format}`, version }
  for (const [key, specifier] of Object.entries(ENTRIES)) {
    const file = require.resolve(specifier)
    modules[key] = format === 'cjs' ? require(specifier) : await import(pathToFileURL(esmFileOf(specifier, file)).href)
  }
  return modules as unknown as Copy
}

/** The `import` twin of a file that `require` resolves to. */
function esmFileOf(specifier: string, file: string): string {
  return specifier === 'openai' ? file.replace(/\.js$/, '.mjs') : file.replace(/\.cjs$/, '.js')
}
