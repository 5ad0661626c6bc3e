/** `node-llama-cpp` runs a real, tiny model in this process: no network, no keys, and counts of its own. */
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { missingForModel, MODEL, packageEntry } from '../components/llama-server.js'

interface Sequence {
  readonly tokenMeter: { getState(): { usedInputTokens: number; usedOutputTokens: number } }
  clearHistory(): Promise<void>
}

interface Options {
  readonly maxTokens?: number
  readonly temperature?: number
  readonly signal?: AbortSignal
}

interface Package {
  getLlama(options: object): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: object): Promise<{ getSequence(): Sequence }>
      createEmbeddingContext(options: object): Promise<{ getEmbeddingFor(text: string): Promise<unknown> }>
    }>
    dispose(): Promise<void>
  }>
  readonly LlamaChat: { readonly prototype: { readonly generateResponse: unknown } }
  readonly LlamaChatSession: new (options: object) => {
    prompt(text: string, options?: Options): Promise<string>
    dispose(options?: object): void
  }
  readonly LlamaCompletion: new (options: object) => {
    generateCompletion(text: string, options?: Options): Promise<string>
    dispose(options?: object): void
  }
}

const missing = missingForModel()

test.skipIf(missing === undefined)(`node-llama-cpp is traced (missing: ${missing})`, () => undefined)

describe.skipIf(missing !== undefined)('node-llama-cpp', () => {
  const recorder = recordSpans()
  let llama: Package
  let runtime: Awaited<ReturnType<Package['getLlama']>>
  let model: Awaited<ReturnType<typeof runtime.loadModel>>
  let sequence: Sequence
  let original: unknown
  let log: ReturnType<typeof autolog>

  beforeAll(async () => {
    llama = (await import(/* @vite-ignore */ pathToFileURL(packageEntry() ?? '').href)) as Package
    original = llama.LlamaChat.prototype.generateResponse
    runtime = await llama.getLlama({ build: 'never', gpu: false, logLevel: 'error' })
    model = await runtime.loadModel({ modelPath: MODEL })
    // Made before autolog(), as a program may.
    sequence = (await model.createContext({ contextSize: 512, threads: 1 })).getSequence()
    log = autolog({ exporter: recorder, captureContent: 'span', modules: { 'node-llama-cpp': llama } })
  }, 300_000)

  afterAll(async () => {
    log?.off()
    expect(llama?.LlamaChat.prototype.generateResponse).toBe(original)
    await runtime?.dispose()
  })

  const name = 'tiny-chat.gguf'

  async function lastOf(
    run: () => Promise<unknown>,
  ): Promise<{ result: unknown; span: (typeof recorder.spans)[number] }> {
    const before = recorder.spans.length
    const result = await run().catch((error: unknown) => error)
    await log.flush()
    expect(recorder.spans.length).toBe(before + 1)
    return { result, span: recorder.spans.at(-1) as (typeof recorder.spans)[number] }
  }

  test('a prompt is a chat with the tokens that its sequence counted', { timeout: 120_000 }, async () => {
    await sequence.clearHistory()
    const before = sequence.tokenMeter.getState()
    const session = new llama.LlamaChatSession({ contextSequence: sequence })
    const { result, span } = await lastOf(() => session.prompt('Hello', { maxTokens: 4, temperature: 0 }))
    session.dispose({ disposeSequence: false })
    const after = sequence.tokenMeter.getState()
    expect(typeof result).toBe('string')
    expect(span.name).toBe(`chat ${name}`)
    expect(span.attributes).toMatchObject({
      'gen_ai.provider.name': 'llama-cpp',
      'gen_ai.request.max_tokens': 4,
      'gen_ai.request.temperature': 0,
      'gen_ai.usage.input_tokens': after.usedInputTokens - before.usedInputTokens,
      'gen_ai.usage.output_tokens': after.usedOutputTokens - before.usedOutputTokens,
    })
    expect(span.attributes['gen_ai.usage.output_tokens']).toBeGreaterThan(0)
    expect(span.attributes['gen_ai.response.finish_reasons']).toEqual([expect.stringMatching(/^(?:stop|length)$/)])
    expect(String(span.attributes['gen_ai.input.messages'])).toContain('Hello')
    expect(String(span.attributes['gen_ai.output.messages'])).toContain(JSON.stringify(result).slice(1, -1))
  })

  test('a completion is a text completion', { timeout: 120_000 }, async () => {
    await sequence.clearHistory()
    const completion = new llama.LlamaCompletion({ contextSequence: sequence })
    const { result, span } = await lastOf(() =>
      completion.generateCompletion('Once upon', { maxTokens: 3, temperature: 0 }),
    )
    completion.dispose({ disposeSequence: false })
    expect(typeof result).toBe('string')
    expect(span.name).toBe(`text_completion ${name}`)
    expect(span.attributes['gen_ai.usage.input_tokens']).toBeGreaterThan(0)
    expect(span.attributes['gen_ai.response.finish_reasons']).toEqual([expect.stringMatching(/^(?:stop|length)$/)])
  })

  test('an embedding counts its input', { timeout: 120_000 }, async () => {
    const context = await model.createEmbeddingContext({ contextSize: 128, threads: 1 })
    const { span } = await lastOf(() => context.getEmbeddingFor('hello'))
    expect(span.name).toBe(`embeddings ${name}`)
    expect(span.attributes['gen_ai.usage.input_tokens']).toBeGreaterThan(0)
  })

  test('a prompt that is aborted is an error, and the program gets its own', { timeout: 120_000 }, async () => {
    await sequence.clearHistory()
    const session = new llama.LlamaChatSession({ contextSequence: sequence })
    const reason = new Error('enough')
    const controller = new AbortController()
    const run = (): Promise<unknown> => {
      const prompt = session.prompt('Tell me a story', { maxTokens: 200, signal: controller.signal })
      controller.abort(reason)
      return prompt
    }
    const before = recorder.spans.length
    await expect(run()).rejects.toBe(reason)
    await log.flush()
    session.dispose({ disposeSequence: false })
    // It may be over before the model was asked at all.
    for (const span of recorder.spans.slice(before)) expect(span.attributes['error.type']).toBe('Error')
  })
})
