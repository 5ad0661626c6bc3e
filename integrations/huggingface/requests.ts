/** What a request of `@huggingface/inference` asks for: it has the wire of whichever provider it goes to. */
import { asString, path, type CallDeclaration } from '../../src/autolog/contract.js'
import { generation, generationStream, isGeneration, task } from './tasks.js'

type Declaration = Omit<CallDeclaration, 'provider'>

const vectors: Declaration = {
  protocol: 'openai-embeddings',
  request: ([body]) => ({ input: path(body, 'inputs') ?? path(body, 'input') }),
  // Lists of numbers, which are not counted.
  answer: (answer) => (Array.isArray(answer) ? undefined : answer),
}

/** By the end of the path; the first that fits. */
const ROUTES: readonly (readonly [end: RegExp, declaration: Declaration])[] = [
  [/\/chat\/completions$/, { protocol: 'openai-chat' }],
  [/\/completions$/, { protocol: 'openai-completions' }],
  [/\/(?:embeddings|feature-extraction)$/, vectors],
  [/\/images\/generations$/, { protocol: 'openai-images' }],
  [/\/images\/edits$/, { protocol: 'openai-image-edits' }],
  [/\/audio\/speech$/, { protocol: 'openai-speech' }],
  [/\/audio\/transcriptions$/, { protocol: 'openai-transcriptions' }],
  [/\/predictions$/, { protocol: 'replicate-predictions', operation: 'generate_content' }],
]

export function declarationFor(pathname: string, body: unknown): Declaration {
  const route = ROUTES.find(([end]) => end.test(pathname))?.[1]
  if (route) return route
  if (path(body, 'stream') === true) return { protocol: generationStream }
  return { protocol: isGeneration(body) ? generation : task }
}

const ROUTER = 'router.huggingface.co'

/** The model in the body, or in the path. An endpoint of one's own has no model, but is named by its address. */
export function modelOf({ hostname, pathname }: URL, body: unknown): string | undefined {
  const said = asString(path(body, 'model'))
  if (said !== undefined) return /^https?:\/\//.test(said) ? undefined : said
  const [, known] = /\/models\/(.+?)(?:\/(?:pipeline|v1|predictions)\b.*)?$/.exec(pathname) ?? []
  // The first segment is the provider; some have a version before the model.
  const [, routed] =
    hostname === ROUTER ? (/^\/[^/]+\/(?:api\/)?(?:v\d+\/)?(?:async\/)?(.+\/.+)$/.exec(pathname) ?? []) : []
  const model = known ?? routed
  return model === undefined ? undefined : decodeURIComponent(model)
}
