/** `node-llama-cpp`: models that run in this process: chats, completions, embeddings, ranks and decisions. */
import {
  asString,
  isObject,
  path,
  type Args,
  type CallDeclaration,
  type Declared,
  type Format,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'
import { chat, completion, embedding, ranking } from './node-llama-cpp/formats.js'

/** Of a chat, a session or a completion it is the sequence's, of a context that ranks or embeds its own. */
const modelOf = (self: unknown): unknown =>
  path(self, 'model') ?? path(self, 'sequence', 'model') ?? path(self, '_sequence', 'model')

const meterOf = (self: unknown): unknown =>
  path(self, 'sequence', 'tokenMeter') ?? path(self, '_sequence', 'tokenMeter')

const count = (meter: unknown, name: string): number => {
  const value = path(meter, name)
  return typeof value === 'number' ? value : 0
}

/** The model's file, such as `qwen3-8b.gguf`. A sequence counts all of its tokens, so a call took what was added. */
function local(protocol: Format, request: (args: Args) => unknown): Declared {
  return (_args, self) => {
    const meter = meterOf(self)
    const [input, output] = [count(meter, 'usedInputTokens'), count(meter, 'usedOutputTokens')]
    return {
      protocol,
      provider: 'llama-cpp',
      request: (given) => request(given) ?? {},
      model: () => asString(path(modelOf(self), 'filename')) ?? asString(path(modelOf(self), 'name')),
      usage() {
        if (meter === undefined) return undefined
        const prompt = count(meter, 'usedInputTokens') - input
        const generated = count(meter, 'usedOutputTokens') - output
        return { prompt_tokens: prompt, completion_tokens: generated, total_tokens: prompt + generated }
      },
    } satisfies CallDeclaration
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const options = (value: unknown): object => (isObject(value) ? value : {})

const decide: Format = { operation: 'decide', request: () => ({ other: {} }), answer: () => undefined }

const METHODS: Readonly<Record<string, Readonly<Record<string, Declared>>>> = {
  // A session's prompts go through it, once for each turn of a model that calls functions.
  LlamaChat: {
    generateResponse: local(chat, ([history, given]) => ({ ...options(given), history })),
    loadChatAndCompleteUserMessage: local(completion, ([, given]) => options(given)),
    generateDecisions: local(decide, () => ({})),
  },
  LlamaCompletion: {
    generateCompletionWithMeta: local(completion, ([input, given]) => ({ ...options(given), input: textOf(input) })),
    generateInfillCompletionWithMeta: local(completion, ([input, , given]) => ({
      ...options(given),
      input: textOf(input),
    })),
  },
  LlamaEmbeddingContext: { getEmbeddingFor: local(embedding, ([input]) => ({ input })) },
  LlamaRankingContext: {
    rank: local(ranking, () => ({})),
    rankAll: local(ranking, () => ({})),
  },
  LlamaDecisionContext: { decideWithMeta: local(decide, () => ({})) },
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  for (const [name, methods] of Object.entries(METHODS)) {
    const holder = path(module, name, 'prototype')
    for (const [method, declared] of Object.entries(methods)) {
      if (isObject(holder) && method in holder) patcher.call(holder, method, declared)
    }
  }
}

export const nodeLlamaCpp: Integration = {
  id: 'node-llama-cpp',
  targets: [
    {
      package: 'node-llama-cpp',
      tested: '3',
      shapes: {
        LlamaChat: ['prototype.generateResponse'],
        LlamaCompletion: ['prototype.generateCompletionWithMeta'],
        LlamaEmbeddingContext: ['prototype.getEmbeddingFor'],
        LlamaRankingContext: ['prototype.rankAndSort'],
      },
      instrument,
    },
  ],
}
