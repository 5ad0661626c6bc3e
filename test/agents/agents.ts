/** The coding agents: how each is pointed at the gateway, and what it is then asked. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../architecture/sources.js'
import type { WireId } from './fake-model/server.js'

export interface Setting {
  /** The gateway's address. */
  readonly url: string
  readonly key: string
}

export interface Agent {
  readonly name: string
  /** Of `test/agents`: where it is installed, and the file that starts it. */
  readonly folder: '.' | 'large'
  readonly bin: string
  /** The major and minor version of Node.js that it needs; `undefined`: it is a program of its own. */
  readonly node?: readonly [number, number]
  /** The wire that it speaks to the gateway. */
  readonly wire: WireId
  /** Whether its headers or its body name a session. */
  readonly tellsSession?: boolean
  /** What makes it send `traceparent`, and its own spans, to a receiver: variables, and lines for the end of its one file. */
  readonly tracing?: (receiver: string) => { readonly env?: Readonly<Record<string, string>>; readonly lines?: string }
  readonly args: (prompt: string) => readonly string[]
  readonly env?: (setting: Setting) => Readonly<Record<string, string>>
  /** Files of its home, by path. */
  readonly files?: (setting: Setting) => Readonly<Record<string, string>>
}

const json = (value: unknown): string => JSON.stringify(value, undefined, 2)

export const AGENTS: readonly Agent[] = [
  {
    name: 'Gemini CLI',
    folder: '.',
    bin: '@google/gemini-cli/bundle/gemini.js',
    node: [20, 0],
    wire: 'gemini-generate',
    args: (prompt) => ['--yolo', '-p', prompt],
    env: ({ url, key }) => ({
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_API_KEY: key,
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
    }),
    files: () => ({
      '.gemini/settings.json': json({
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        general: { disableAutoUpdate: true },
      }),
    }),
  },
  {
    name: 'Qwen Code',
    folder: '.',
    bin: '@qwen-code/qwen-code/cli-entry.js',
    node: [22, 0],
    wire: 'openai-chat',
    args: (prompt) => ['--auth-type', 'openai', '--yolo', '-p', prompt],
    env: ({ url, key }) => ({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: key, OPENAI_MODEL: 'smart' }),
  },
  {
    name: 'pi',
    folder: '.',
    bin: '@earendil-works/pi-coding-agent/dist/bundle/cli.js',
    node: [22, 19],
    wire: 'openai-chat',
    args: (prompt) => ['--provider', 'gateway', '--model', 'smart', '-p', prompt],
    files: ({ url, key }) => ({
      '.pi/agent/models.json': json({
        providers: {
          gateway: { baseUrl: `${url}/v1`, api: 'openai-completions', apiKey: key, models: [{ id: 'smart' }] },
        },
      }),
    }),
  },
  {
    name: 'Claude Code',
    folder: 'large',
    bin: '@anthropic-ai/claude-code-linux-x64/claude',
    wire: 'anthropic-messages',
    tellsSession: true,
    args: (prompt) => ['-p', prompt],
    env: ({ url, key }) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_AUTH_TOKEN: key,
      ANTHROPIC_MODEL: 'smart',
      ANTHROPIC_DEFAULT_HAIKU_MODEL: 'smart',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }),
    // https://code.claude.com/docs/en/monitoring-usage
    tracing: (receiver) => ({
      env: {
        CLAUDE_CODE_ENABLE_TELEMETRY: '1',
        CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
        CLAUDE_CODE_PROPAGATE_TRACEPARENT: '1',
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver,
      },
    }),
  },
  {
    name: 'Codex',
    folder: 'large',
    bin: '@openai/codex/bin/codex.js',
    node: [20, 0],
    wire: 'openai-responses',
    tellsSession: true,
    args: (prompt) => ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', prompt],
    env: ({ key }) => ({ GATEWAY_KEY: key }),
    files: ({ url }) => ({
      '.codex/config.toml': `model = "smart"
model_provider = "gateway"

[model_providers.gateway]
name = "gateway"
base_url = "${url}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"

[analytics]
enabled = false
`,
    }),
    tracing: (receiver) => ({
      lines: `
[otel]
environment = "test"

[otel.trace_exporter.otlp-http]
endpoint = "${receiver}/v1/traces"
protocol = "binary"
`,
    }),
  },
  {
    name: 'opencode',
    folder: 'large',
    bin: 'opencode-linux-x64/bin/opencode',
    wire: 'openai-chat',
    tellsSession: true,
    args: (prompt) => ['run', prompt],
    env: () => ({
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    }),
    files: ({ url, key }) => ({
      '.config/opencode/opencode.json': json({
        $schema: 'https://opencode.ai/config.json',
        provider: {
          gateway: {
            npm: '@ai-sdk/openai-compatible',
            name: 'gateway',
            options: { baseURL: `${url}/v1`, apiKey: key },
            models: { smart: { name: 'smart' } },
          },
        },
        model: 'gateway/smart',
        small_model: 'gateway/smart',
        autoupdate: false,
        share: 'disabled',
      }),
    }),
  },
]

const modules = (agent: Agent): string => join(root, 'test/agents', agent.folder, 'node_modules')

export const binOf = (agent: Agent): string => join(modules(agent), agent.bin)

/** Why it cannot be run here, if it cannot. */
export function reasonToSkip(agent: Agent): string | undefined {
  if (!existsSync(binOf(agent))) return `not installed: npm run agents${agent.folder === 'large' ? ':large' : ''}`
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [leastMajor, leastMinor] = agent.node ?? [0, 0]
  const isOld = major < leastMajor || (major === leastMajor && minor < leastMinor)
  return isOld ? `needs Node ${leastMajor}.${leastMinor}` : undefined
}
