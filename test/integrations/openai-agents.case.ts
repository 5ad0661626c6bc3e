import type * as Sdk from '@openai/agents'
import OpenAI from 'openai'
import type { ExpectedSpan, IntegrationCase, Row } from '../contracts/integration.js'

/** The SDK, and a model behind the fake provider. */
interface Agents {
  readonly sdk: typeof Sdk
  readonly model: Sdk.Model
  readonly chat: Sdk.Model
}

const name = 'chat gpt-5.4'
const called: ExpectedSpan = { name, usage: [11, 7], finish: ['tool_calls'] }
const answered: ExpectedSpan = { name, usage: [11, 7], finish: ['stop'] }

const inWorkflow = (...lines: string[]): string[] => [
  'invoke_workflow Agent workflow',
  ...lines.map((line) => `  ${line}`),
]
const add = ({ sdk }: Agents, execute: () => unknown = () => '4') =>
  sdk.tool({
    name: 'add',
    description: 'adds',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
    strict: false,
    execute: async () => execute(),
  })

const rows: Row<Agents>[] = [
  {
    name: 'an answer',
    run: async ({ sdk, model }) => (await sdk.run(new sdk.Agent({ name: 'plain', model }), 'hi')).finalOutput,
    spans: [answered],
    tree: inWorkflow('invoke_agent plain', `  ${name} [client]`),
  },
  {
    name: 'a tool',
    run: async (agents, kit) => {
      const { sdk, model } = agents
      const tools = [add(agents, () => kit.inSpan('mine', async () => '4'))]
      return (await sdk.run(new sdk.Agent({ name: 'adder', model, tools }), 'go')).finalOutput
    },
    spans: [called, answered],
    tree: inWorkflow(
      'invoke_agent adder',
      `  ${name} [client]`,
      `  ${name} [client]`,
      '  execute_tool add',
      '    mine',
    ),
    attributesOf: {
      'execute_tool add': { 'gen_ai.tool.call.arguments': '{"a":2,"b":2}', 'gen_ai.tool.call.result': '4' },
    },
  },
  {
    name: 'a tool that fails',
    run: async (agents) => {
      const { sdk, model } = agents
      const fails = add(agents, () => {
        throw new RangeError('no')
      })
      return (await sdk.run(new sdk.Agent({ name: 'adder', model, tools: [fails] }), 'go')).finalOutput
    },
    spans: [called, answered],
    tree: inWorkflow('invoke_agent adder', `  ${name} [client]`, `  ${name} [client]`, '  execute_tool add !'),
    // The SDK keeps what the error was from its own spans.
    attributesOf: { 'execute_tool add !': { 'error.type': '_OTHER' } },
  },
  {
    name: 'through chat completions',
    run: async (agents) => {
      const { sdk, chat } = agents
      return (await sdk.run(new sdk.Agent({ name: 'adder', model: chat, tools: [add(agents)] }), 'go')).finalOutput
    },
    spans: [called, answered],
    tree: inWorkflow('invoke_agent adder', `  ${name} [client]`, `  ${name} [client]`, '  execute_tool add'),
  },
  {
    name: 'a stream',
    run: async ({ sdk, model }, kit) => {
      const result = await sdk.run(new sdk.Agent({ name: 'plain', model }), 'hi', { stream: true })
      await kit.collect(result)
      await result.completed
      return result.finalOutput
    },
    spans: [answered],
    tree: inWorkflow('invoke_agent plain', `  ${name} [client]`),
  },
  {
    name: 'guardrails',
    run: async ({ sdk, model }) => {
      const guardrail = { name: 'polite', execute: async () => ({ tripwireTriggered: false, outputInfo: {} }) }
      const agent = new sdk.Agent({ name: 'plain', model, inputGuardrails: [guardrail] })
      return (await sdk.run(agent, 'hi')).finalOutput
    },
    spans: [answered],
    tree: inWorkflow('invoke_agent plain', `  ${name} [client]`, '  guardrail polite'),
    attributesOf: { 'guardrail polite': { 'tracestitch.guardrail.triggered': false } },
  },
  {
    name: 'a provider that refuses',
    behaviour: 'error-400',
    run: ({ sdk, model }) => sdk.run(new sdk.Agent({ name: 'plain', model }), 'hi'),
    spans: [{ name, error: 'bad_input' }],
    tree: inWorkflow('invoke_agent plain !', `  ${name} [client] !`).with(0, 'invoke_workflow Agent workflow !'),
  },
  {
    name: 'a model of the program, without an SDK',
    offline: true,
    run: async ({ sdk }) => {
      const usage = new sdk.Usage({ inputTokens: 5, outputTokens: 2, totalTokens: 7, requests: 1 })
      const own: Sdk.Model = {
        getResponse: () =>
          sdk.withGenerationSpan(async (span) => {
            span.spanData.model = 'own-1'
            span.spanData.usage = { input_tokens: 5, output_tokens: 2 }
            const content = [{ type: 'output_text' as const, text: 'hello' }]
            return { usage, output: [{ type: 'message', role: 'assistant', status: 'completed', content }] }
          }),
        getStreamedResponse: () => {
          throw new Error('not here')
        },
      }
      return (await sdk.run(new sdk.Agent({ name: 'plain', model: own }), 'hi')).finalOutput
    },
    spans: [{ name: 'chat own-1', usage: [5, 2] }],
    tree: inWorkflow('invoke_agent plain', '  chat own-1 [client]'),
  },
  {
    name: 'runs at once keep their own trees',
    run: ({ sdk, model }) =>
      Promise.all(
        ['one', 'two', 'three'].map(async (title) =>
          sdk.withTrace(title, async () => (await sdk.run(new sdk.Agent({ name: title, model }), 'hi')).finalOutput),
        ),
      ),
    spans: [answered, answered, answered],
    tree: ['one', 'three', 'two'].flatMap((title) => [
      `invoke_workflow ${title}`,
      `  invoke_agent ${title}`,
      `    ${name} [client]`,
    ]),
  },
]

const spec: IntegrationCase<typeof Sdk, Agents> = {
  id: 'openai-agents',
  package: '@openai/agents',
  patches: '@openai/agents-core',
  installed: ['agents-v019', '@openai/agents'],
  neighbours: () => ({ openai: 'openai' }),
  client(sdk, base) {
    // Nothing is exported to OpenAI: the program has said so.
    sdk.setTraceProcessors([])
    sdk.setTracingDisabled(false)
    const openai = new OpenAI({ apiKey: 'test-key', baseURL: `${base}/v1`, maxRetries: 0 })
    return {
      sdk,
      model: new sdk.OpenAIResponsesModel(openai as never, 'gpt-5.4'),
      chat: new sdk.OpenAIChatCompletionsModel(openai as never, 'gpt-5.4'),
    }
  },
  patched: (sdk) => [
    [sdk.Span.prototype, 'start'],
    [sdk.Span.prototype, 'end'],
    [sdk.Trace.prototype, 'start'],
    [sdk.Trace.prototype, 'end'],
  ],
  rows,
}
export default spec
