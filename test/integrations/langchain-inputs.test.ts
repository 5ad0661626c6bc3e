/** What programs give to every copy of LangChain that is not as usual: they run as they would without us, and are traced. */
import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { runs } from '../../integrations/langchain/runs.js'
import { autolog, type Autolog } from '../../src/index.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { loadCopies, type Copy } from '../support/langchain-copies.js'

const exporter = new InMemorySpanExporter()
const copies = await loadCopies()

let provider: FakeProvider
let log: Autolog

beforeAll(async () => {
  provider = await startFakeProvider()
  log = autolog({ exporter: new SimpleSpanProcessor(exporter), captureContent: 'span' })
})

afterAll(async () => {
  log.off()
  await provider.close()
})

afterEach(() => {
  expect(runs.size).toBe(0)
  exporter.reset()
})

const spans = (): ReadableSpan[] => exporter.getFinishedSpans()
const tree = (): string[] => spans().map(({ name }) => name)

describe.each(copies.map((copy) => [copy.name, copy] as const))('%s', (_name, copy) => {
  it('traces a tool whose input has no JSON form, and says nothing', async () => {
    const noise: unknown[] = []
    const heard: unknown[] = []
    const warned = vi.spyOn(console, 'warn').mockImplementation((line: unknown) => void noise.push(line))
    const schema = z.object({ id: z.number().transform(BigInt), at: z.any() })
    const lookup = copy.tools.tool(async ({ id }: { id: bigint }) => `got ${id}`, {
      name: 'lookup',
      description: 'd',
      schema,
    })
    const circle: Record<string, unknown> = { id: 12n }
    circle['self'] = circle
    const input = { id: 12, at: circle } as never
    expect(await lookup.invoke(input)).toBe('got 12')
    expect(
      await lookup.invoke({ id: 1, at: 2 } as never, {
        callbacks: [{ handleToolStart: (_tool, text) => void heard.push(text) }],
      }),
    ).toBe('got 1')
    warned.mockRestore()
    expect(tree()).toEqual(['execute_tool lookup', 'execute_tool lookup'])
    expect(JSON.parse(String(spans()[0]?.attributes['gen_ai.tool.call.arguments']))).toEqual({
      id: 12,
      at: { id: '12', self: '[circular]' },
    })
    expect([noise, heard]).toEqual([[], ['{"id":1,"at":2}']])
  })

  it('leaves a configuration that can be cloned', async () => {
    const clones = copy.runnables.RunnableLambda.from((_input: string, config) => typeof structuredClone(config))
    expect(await clones.invoke('x', { metadata: { a: 1 } })).toBe('object')
  })

  it('names the deployment of an Azure model that has no other name', async () => {
    const azure = (fields: object): InstanceType<Copy['openai']['AzureChatOpenAI']> =>
      new copy.openai.AzureChatOpenAI({
        azureOpenAIApiKey: 'test-key',
        azureOpenAIBasePath: `${provider.origin}/azure/ok/v1/openai/deployments`,
        azureOpenAIApiDeploymentName: 'my-deployment',
        azureOpenAIApiVersion: '2024-10-21',
        maxRetries: 0,
        ...fields,
      })
    await azure({}).invoke('x')
    await azure({ model: 'gpt-test' }).invoke('x')
    expect(tree()).toEqual(['chat my-deployment', 'chat gpt-test'])
  })
})
