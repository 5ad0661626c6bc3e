/**
 * The only place of the GenAI attribute names: OpenTelemetry GenAI semantic conventions 0.1
 * (https://github.com/open-telemetry/semantic-conventions-genai), and the names of v1.41 that differ. No npm package has the
 * current ones.
 */

export const ERROR_TYPE = 'error.type'
export const ERROR_TYPE_OTHER = '_OTHER'
export const SERVER_ADDRESS = 'server.address'
export const SERVER_PORT = 'server.port'
export const HTTP_METHOD = 'http.request.method'
export const HTTP_ROUTE = 'http.route'
export const URL_PATH = 'url.path'
export const URL_SCHEME = 'url.scheme'
export const HTTP_STATUS = 'http.response.status_code'
export const RESPONSE_HEADER_PREFIX = 'http.response.header.'
export const SESSION_ID = 'session.id'
export const USER_ID = 'user.id'

export const OPERATION_NAME = 'gen_ai.operation.name'
export const PROVIDER_NAME = 'gen_ai.provider.name'
export const CONVERSATION_ID = 'gen_ai.conversation.id'
export const OUTPUT_TYPE = 'gen_ai.output.type'

export const REQUEST_MODEL = 'gen_ai.request.model'
export const REQUEST_STREAM = 'gen_ai.request.stream'
export const REQUEST_SEED = 'gen_ai.request.seed'
export const REQUEST_CHOICE_COUNT = 'gen_ai.request.choice.count'
export const REQUEST_FREQUENCY_PENALTY = 'gen_ai.request.frequency_penalty'
export const REQUEST_PRESENCE_PENALTY = 'gen_ai.request.presence_penalty'
export const REQUEST_TEMPERATURE = 'gen_ai.request.temperature'
export const REQUEST_TOP_P = 'gen_ai.request.top_p'
export const REQUEST_TOP_K = 'gen_ai.request.top_k'
export const REQUEST_MAX_TOKENS = 'gen_ai.request.max_tokens'
export const REQUEST_STOP_SEQUENCES = 'gen_ai.request.stop_sequences'
export const REQUEST_PREVIOUS_RESPONSE_ID = 'gen_ai.request.previous_response.id'
export const REQUEST_REASONING_LEVEL = 'gen_ai.request.reasoning.level'
export const REQUEST_ENCODING_FORMATS = 'gen_ai.request.encoding_formats'
export const EMBEDDINGS_DIMENSION_COUNT = 'gen_ai.embeddings.dimension.count'

export const RESPONSE_ID = 'gen_ai.response.id'
/** Status of an answer that is made in the background: `queued`, `in_progress`, `completed`, `failed` and so on. */
export const RESPONSE_STATUS = 'gen_ai.response.status'
export const RESPONSE_MODEL = 'gen_ai.response.model'
export const RESPONSE_FINISH_REASONS = 'gen_ai.response.finish_reasons'
/** Seconds since the request was sent. */
export const RESPONSE_TIME_TO_FIRST_CHUNK = 'gen_ai.response.time_to_first_chunk'

export const USAGE_INPUT_TOKENS = 'gen_ai.usage.input_tokens'
export const USAGE_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens'
export const USAGE_CACHE_READ = 'gen_ai.usage.cache_read.input_tokens'
export const USAGE_CACHE_WRITE = 'gen_ai.usage.cache_write.input_tokens'
/** v1.41's name of {@link USAGE_CACHE_WRITE}. */
export const USAGE_CACHE_CREATION = 'gen_ai.usage.cache_creation.input_tokens'
export const USAGE_REASONING = 'gen_ai.usage.reasoning.output_tokens'
export const usageInputOf = (modality: 'text' | 'audio' | 'image') => `gen_ai.usage.${modality}.input_tokens`
export const usageOutputOf = (modality: 'text' | 'audio' | 'image') => `gen_ai.usage.${modality}.output_tokens`
/** Usage other than tokens. Not in the conventions, which count only tokens. */
export const usagePiecesOf = (piece: 'input_seconds' | 'input_characters' | 'output_seconds' | 'generated_images') =>
  `tracestitch.usage.${piece}`
/** USD. Not in the conventions; the name that most tools use. */
export const USAGE_COST = 'gen_ai.usage.cost'
/** USD of a part of it, such as `input`, `cache_read` or `output`. */
export function usageCostOf(part: string): string {
  let name = costNames.get(part)
  if (name === undefined) costNames.set(part, (name = `gen_ai.usage.cost.${part}`))
  return name
}
/** Cached by part: a string that is concatenated each time is a slow key. */
const costNames = new Map<string, string>()

export const INPUT_MESSAGES = 'gen_ai.input.messages'
export const OUTPUT_MESSAGES = 'gen_ai.output.messages'
export const SYSTEM_INSTRUCTIONS = 'gen_ai.system_instructions'
export const TOOL_DEFINITIONS = 'gen_ai.tool.definitions'
/** Event that has the content, if it is not captured on the span. */
export const EVENT_OPERATION_DETAILS = 'gen_ai.client.inference.operation.details'

/** Id of an agent that a provider hosts. */
export const AGENT_ID = 'gen_ai.agent.id'
export const AGENT_NAME = 'gen_ai.agent.name'
/** v1.41's name of {@link AGENT_NAME} on workflows. */
export const WORKFLOW_NAME = 'gen_ai.workflow.name'
export const TOOL_NAME = 'gen_ai.tool.name'
export const TOOL_CALL_ID = 'gen_ai.tool.call.id'
export const TOOL_DESCRIPTION = 'gen_ai.tool.description'
export const TOOL_TYPE = 'gen_ai.tool.type'
export const TOOL_CALL_ARGUMENTS = 'gen_ai.tool.call.arguments'
export const TOOL_CALL_RESULT = 'gen_ai.tool.call.result'
export const DATA_SOURCE_ID = 'gen_ai.data_source.id'
export const RETRIEVAL_QUERY = 'gen_ai.retrieval.query.text'
export const RETRIEVAL_DOCUMENTS = 'gen_ai.retrieval.documents'
export const RETRIEVAL_TOP_K = 'gen_ai.retrieval.top_k'
export const MEMORY_STORE_ID = 'gen_ai.memory.store.id'
export const MEMORY_RECORD_ID = 'gen_ai.memory.record.id'
export const MEMORY_RECORD_COUNT = 'gen_ai.memory.record.count'
export const MEMORY_QUERY = 'gen_ai.memory.query.text'
export const MEMORY_RECORDS = 'gen_ai.memory.records'
export const PROMPT_NAME = 'gen_ai.prompt.name'

/** Of clients of databases: https://opentelemetry.io/docs/specs/semconv/database/database-spans/. */
export const DB_SYSTEM = 'db.system.name'
export const DB_OPERATION = 'db.operation.name'
export const DB_COLLECTION = 'db.collection.name'
/** Parts of it, such as a tenant and its database, are joined by `|`. */
export const DB_NAMESPACE = 'db.namespace'
/** Only from two on. */
export const DB_BATCH_SIZE = 'db.operation.batch.size'
export const DB_RETURNED_ROWS = 'db.response.returned_rows'
export const DB_STATUS = 'db.response.status_code'
export const DB_FILTER = 'db.query.parameter.filter'
/** Of the vector that was searched for. Not of the conventions. */
export const QUERY_DIMENSIONS = 'tracestitch.query.dimension.count'

/** Conventions of the Model Context Protocol: https://github.com/open-telemetry/semantic-conventions-genai, `mcp.md`. */
export const MCP_METHOD = 'mcp.method.name'
export const MCP_SESSION_ID = 'mcp.session.id'
export const MCP_PROTOCOL_VERSION = 'mcp.protocol.version'
export const MCP_RESOURCE_URI = 'mcp.resource.uri'
export const JSONRPC_REQUEST_ID = 'jsonrpc.request.id'
export const RPC_STATUS = 'rpc.response.status_code'
/** `pipe` or `tcp`. */
export const NETWORK_TRANSPORT = 'network.transport'
/** Not in the conventions: handoffs between agents. */
export const HANDOFF_FROM = 'tracestitch.handoff.from'
export const HANDOFF_TO = 'tracestitch.handoff.to'
/** Event on the span of a call: the verdict of a guardrail. The conventions have none yet. */
export const GUARDRAIL_EVENT = 'tracestitch.guardrail'
export const GUARDRAIL_NAME = 'tracestitch.guardrail.name'
export const GUARDRAIL_ON = 'tracestitch.guardrail.on'
export const GUARDRAIL_VERDICT = 'tracestitch.guardrail.verdict'
export const GUARDRAIL_CATEGORY = 'tracestitch.guardrail.category'
export const GUARDRAIL_TRIGGERED = 'tracestitch.guardrail.triggered'
/** Value of {@link ERROR_TYPE} for a tool whose result says that it failed. */
export const ERROR_TYPE_TOOL = 'tool_error'

/**
 * Metrics of the conventions, with the names of v1.41, which collectors and dashboards read. 0.1 splits them by kind of call
 * (`gen_ai.client.inference.*`).
 */
export const METRIC_OPERATION_DURATION = 'gen_ai.client.operation.duration'
export const METRIC_TOKEN_USAGE = 'gen_ai.client.token.usage'
/** `input` or `output`. */
export const TOKEN_TYPE = 'gen_ai.token.type'

/** Not in the conventions: attempts and targets of this package's client. */
export const METRIC_ATTEMPTS = 'tracestitch.client.attempts'
export const METRIC_COOLDOWNS = 'tracestitch.client.cooldowns'
/** Of calls of SDKs too. */
export const METRIC_COST = 'tracestitch.client.cost'
export const TARGET = 'tracestitch.target'
export const ATTEMPT_NUMBER = 'tracestitch.attempt.number'
export const ATTEMPT_REASON = 'tracestitch.attempt.reason'
/** `ok`, `lost` (another attempt answered first), or the class of the failure, such as `rate-limit`. */
export const ATTEMPT_OUTCOME = 'tracestitch.attempt.outcome'
/** A probe: a request of the client's own to a target after its cooldown. */
export const PROBE = 'tracestitch.probe'
/** Tags of `withContext()` and `metadata`. */
export const TAGS = 'tracestitch.tags'
/** What answered instead of a provider, such as a cache. */
export const ANSWERED_BY = 'tracestitch.answered_by'
/** `exact`, `semantic` or `joined`: how the cache had the answer. The conventions have nothing for a hit. */
export const CACHE_HIT = 'tracestitch.cache.hit'
/** Milliseconds since the answer was made. */
export const CACHE_AGE = 'tracestitch.cache.age_ms'
/** Cosine of the two texts of a semantic hit. */
export const CACHE_SIMILARITY = 'tracestitch.cache.similarity'
/** What the answer cost when it was made. */
export const CACHE_SAVED = 'tracestitch.cache.saved_usd'
/** Class of the failure after which a cooldown began. */
export const COOLDOWN_AFTER = 'tracestitch.cooldown.after'

/** The answer of a call that counts the tokens of a request. Not in the conventions. */
export const COUNTED_TOKENS = 'tracestitch.counted.input_tokens'

/** `request`, `answer` or `stream`: what could not be read, so that the span lacks usage and more. */
export const UNREAD = 'tracestitch.unread'
/** The stream ended without a token count, which its provider sends only when asked. */
export const USAGE_NOT_SENT = 'tracestitch.usage.not_sent'
/** The program dropped the answer before its end. The span has what came until then. */
export const ABANDONED = 'tracestitch.abandoned'

/** Values of {@link OPERATION_NAME} that this package emits. */
export type OperationName =
  | 'chat'
  | 'text_completion'
  | 'generate_content'
  | 'embeddings'
  | 'retrieval'
  | 'create_memory'
  /** Not in the list: reading a memory by its id, or all of a user, and what it was before. */
  | 'get_memory'
  | 'get_memory_history'
  | 'update_memory'
  | 'upsert_memory'
  | 'delete_memory'
  | 'search_memory'
  | 'create_memory_store'
  | 'delete_memory_store'
  | 'invoke_agent'
  | 'invoke_workflow'
  | 'execute_tool'
  /** Not in the conventions, which allow other values: a call that counts tokens has no usage. */
  | 'count_tokens'
  /** Not in the conventions: ranking documents by relevance. */
  | 'rerank'
  /** Not in the conventions: moderation. Images, speech and transcripts are `generate_content` with an output type. */
  | 'moderation'
  /** Not in the conventions: answers to questions about an input, from given choices (OpenAI's decisions). */
  | 'decide'
  /** Fetches an answer that another call has begun. The usage is usually that call's. */
  | 'fetch_response'
