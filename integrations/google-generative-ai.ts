/** `@google/generative-ai`, which `@google/genai` replaced. */
import {
  asString,
  path,
  type Integration,
  type ModuleExports,
  type ModuleTarget,
  type Patcher,
} from '../src/autolog/contract.js'
import { GENERATIVE_SHAPES, patchGenerativeModels } from './shared/generative-model.js'

const SETTINGS = { model: 'none' }

/** If only one of the classes was given, its methods make an object of the other. Making one sends nothing. */
function classesOf(module: ModuleExports, patcher: Patcher): { readonly model: unknown; readonly chat: unknown } {
  const made = (Class: unknown, settings: unknown[], method: string, args: unknown[]): unknown =>
    typeof Class === 'function' &&
    patcher.exemplar(() => {
      const owner: unknown = Reflect.construct(Class, settings)
      return Reflect.apply(path(owner, method) as () => unknown, owner, args)
    })?.constructor
  const { GoogleGenerativeAI: Client, GenerativeModel, ChatSession } = module
  const model = GenerativeModel ?? made(Client, ['none'], 'getGenerativeModel', [SETTINGS])
  return { model, chat: ChatSession ?? made(model, ['none', SETTINGS], 'startChat', []) }
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const { model, chat } = classesOf(module, patcher)
  patchGenerativeModels(
    patcher,
    {
      provider: 'gcp.gemini',
      model: (_args, self) => asString(path(self, 'model'))?.replace(/^.*?models\//, ''),
      baseURL: (self) =>
        asString(path(self, '_requestOptions', 'baseUrl')) ?? 'https://generativelanguage.googleapis.com',
    },
    { models: [model], chats: [chat] },
  )
}

const shapes = { ...GENERATIVE_SHAPES, GoogleGenerativeAI: ['prototype.getGenerativeModel'] }

export const googleGenerativeAi: Integration = {
  id: 'google-generative-ai',
  targets: [{ package: '@google/generative-ai', tested: '0', shapes, instrument }],
}
