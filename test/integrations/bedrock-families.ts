/** The families of models behind InvokeModel: a request and its answers in the format of each, and what the span says. */

export const counts = (input: number, output?: number): Record<string, string> => ({
  'x-amzn-bedrock-input-token-count': String(input),
  ...(output !== undefined && { 'x-amzn-bedrock-output-token-count': String(output) }),
})

export const metrics = (input: number, output: number) => ({
  'amazon-bedrock-invocationMetrics': { inputTokenCount: input, outputTokenCount: output },
})

export interface Family {
  readonly name: string
  readonly modelId: string
  readonly body: object
  readonly answer?: object
  readonly headers?: Record<string, string>
  readonly pieces?: readonly object[]
  readonly span: string
  readonly usage: readonly [number | undefined, number | undefined]
  readonly finish?: string
  /** What was said, where content is captured. */
  readonly text?: string
  readonly attributes?: Record<string, unknown>
}

const CLAUDE = 'us.anthropic.claude-sonnet-4-6'
const PROFILE = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'
const asked = [{ role: 'user', content: 'Hi' }]

export const FAMILIES: readonly Family[] = [
  {
    name: 'Claude',
    modelId: CLAUDE,
    body: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 64, messages: asked },
    answer: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-6',
      content: [{ type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 4, cache_read_input_tokens: 9, cache_creation_input_tokens: 0, output_tokens: 5 },
    },
    pieces: [
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'claude-sonnet-4-6',
          content: [],
          usage: { input_tokens: 4, cache_read_input_tokens: 9, cache_creation_input_tokens: 0, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } },
      { type: 'message_stop', ...metrics(4, 5) },
    ],
    span: `chat ${CLAUDE}`,
    usage: [13, 5],
    finish: 'stop',
    text: 'Hello',
    attributes: {
      'gen_ai.response.id': 'msg_1',
      'gen_ai.response.model': 'claude-sonnet-4-6',
      'gen_ai.request.max_tokens': 64,
      'gen_ai.usage.cache_read.input_tokens': 9,
    },
  },
  {
    name: 'Claude behind a profile of the account',
    modelId: PROFILE,
    body: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 64, messages: asked },
    answer: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-6',
      content: [{ type: 'tool_use', id: 't', name: 'add', input: {} }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 4, output_tokens: 5 },
    },
    span: `chat ${PROFILE}`,
    usage: [4, 5],
    finish: 'tool_calls',
  },
  {
    name: 'Claude before its messages',
    modelId: 'anthropic.claude-v2:1',
    body: { prompt: '\n\nHuman: Hi\n\nAssistant:', max_tokens_to_sample: 64 },
    answer: { completion: ' Hello', stop_reason: 'stop_sequence', stop: '\n\nHuman:' },
    headers: counts(11, 7),
    pieces: [
      { completion: ' Hello', stop_reason: null },
      { completion: '', stop_reason: 'stop_sequence', ...metrics(11, 7) },
    ],
    span: 'text_completion anthropic.claude-v2:1',
    usage: [11, 7],
    finish: 'stop',
    text: ' Hello',
    attributes: { 'gen_ai.request.max_tokens': 64 },
  },
  {
    name: 'Nova',
    modelId: 'eu.amazon.nova-micro-v1:0',
    body: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { max_new_tokens: 64 } },
    answer: {
      output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
      stopReason: 'max_tokens',
      usage: { inputTokens: 12, outputTokens: 13, cacheReadInputTokenCount: 3 },
    },
    pieces: [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hello' } } },
      { messageStop: { stopReason: 'max_tokens' } },
      {
        metadata: { usage: { inputTokens: 12, outputTokens: 13, cacheReadInputTokenCount: 3 } },
        ...metrics(12, 13),
      },
    ],
    span: 'chat eu.amazon.nova-micro-v1:0',
    usage: [15, 13],
    finish: 'length',
    text: 'Hello',
    attributes: { 'gen_ai.request.max_tokens': 64, 'gen_ai.usage.cache_read.input_tokens': 3 },
  },
  {
    name: 'Jamba, and others that speak as OpenAI does',
    modelId: 'ai21.jamba-1-5-mini-v1:0',
    body: { messages: asked, max_tokens: 64 },
    answer: {
      id: 'chatcmpl-1',
      model: 'jamba-1.5-mini',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 17, completion_tokens: 8, total_tokens: 25 },
    },
    pieces: [
      {
        id: 'chatcmpl-1',
        choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }],
      },
      { id: 'chatcmpl-1', choices: [{ index: 0, delta: { content: '' }, finish_reason: 'stop', stop_reason: 518 }] },
      metrics(17, 8),
    ],
    span: 'chat ai21.jamba-1-5-mini-v1:0',
    usage: [17, 8],
    finish: 'stop',
    text: 'Hello',
    attributes: { 'gen_ai.response.id': 'chatcmpl-1' },
  },
  {
    name: 'Mistral',
    modelId: 'mistral.mistral-large-2407-v1:0',
    body: { messages: asked, max_tokens: 64 },
    answer: { choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, stop_reason: 'length' }] },
    headers: counts(8, 9),
    pieces: [
      { choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, stop_reason: null }] },
      { choices: [{ index: 0, message: { role: 'assistant', content: '' }, stop_reason: 'length' }], ...metrics(8, 9) },
    ],
    span: 'chat mistral.mistral-large-2407-v1:0',
    usage: [8, 9],
    finish: 'length',
    text: 'Hello',
  },
  {
    name: 'Mistral continuing a prompt',
    modelId: 'mistral.mistral-7b-instruct-v0:2',
    body: { prompt: '<s>[INST] Hi [/INST]', max_tokens: 64, top_p: 0.5 },
    answer: { outputs: [{ text: 'Hello', stop_reason: 'stop' }] },
    headers: counts(8, 9),
    pieces: [
      { outputs: [{ text: 'Hello', stop_reason: null }] },
      { outputs: [{ text: '', stop_reason: 'stop' }], ...metrics(8, 9) },
    ],
    span: 'text_completion mistral.mistral-7b-instruct-v0:2',
    usage: [8, 9],
    finish: 'stop',
    text: 'Hello',
    attributes: { 'gen_ai.request.top_p': 0.5 },
  },
  {
    name: 'Llama',
    modelId: 'us.meta.llama3-3-70b-instruct-v1:0',
    body: { prompt: 'Hi', max_gen_len: 64, temperature: 0.5 },
    answer: { generation: 'Hello', prompt_token_count: 7, generation_token_count: 5, stop_reason: 'length' },
    pieces: [
      { generation: 'Hel', prompt_token_count: 7, generation_token_count: 1, stop_reason: null },
      {
        generation: 'lo',
        prompt_token_count: null,
        generation_token_count: 5,
        stop_reason: 'length',
        ...metrics(7, 5),
      },
    ],
    span: 'text_completion us.meta.llama3-3-70b-instruct-v1:0',
    usage: [7, 5],
    finish: 'length',
    text: 'Hello',
    attributes: { 'gen_ai.request.max_tokens': 64, 'gen_ai.request.temperature': 0.5 },
  },
  {
    name: 'DeepSeek continuing a prompt',
    modelId: 'us.deepseek.r1-v1:0',
    body: { prompt: 'Hi', max_tokens: 64 },
    answer: { choices: [{ text: 'Hello', stop_reason: 'stop' }] },
    headers: counts(3, 4),
    pieces: [{ choices: [{ text: 'Hello', stop_reason: 'stop' }], ...metrics(3, 4) }],
    span: 'text_completion us.deepseek.r1-v1:0',
    usage: [3, 4],
    finish: 'stop',
    text: 'Hello',
  },
  {
    name: 'Titan',
    modelId: 'amazon.titan-text-express-v1',
    body: { inputText: 'Hi', textGenerationConfig: { maxTokenCount: 64, topP: 0.9, stopSequences: ['User:'] } },
    answer: { inputTextTokenCount: 6, results: [{ tokenCount: 26, outputText: 'Hello', completionReason: 'LENGTH' }] },
    pieces: [
      {
        outputText: 'Hello',
        index: 0,
        totalOutputTextTokenCount: 26,
        completionReason: 'LENGTH',
        inputTextTokenCount: 6,
        ...metrics(6, 26),
      },
    ],
    span: 'text_completion amazon.titan-text-express-v1',
    usage: [6, 26],
    finish: 'length',
    text: 'Hello',
    attributes: {
      'gen_ai.request.max_tokens': 64,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.stop_sequences': ['User:'],
    },
  },
  {
    name: 'Command R',
    modelId: 'cohere.command-r-v1:0',
    body: { message: 'Hi', chat_history: [{ role: 'CHATBOT', message: 'Yes?' }], max_tokens: 64 },
    answer: { response_id: 'r_1', text: 'Hello', generation_id: 'g_1', finish_reason: 'COMPLETE' },
    headers: counts(7, 3),
    pieces: [
      { is_finished: false, event_type: 'text-generation', text: 'Hello' },
      {
        is_finished: true,
        event_type: 'stream-end',
        response: { response_id: 'r_1', text: 'Hello', finish_reason: 'COMPLETE' },
        finish_reason: 'COMPLETE',
        ...metrics(7, 3),
      },
    ],
    span: 'chat cohere.command-r-v1:0',
    usage: [7, 3],
    finish: 'stop',
    text: 'Hello',
    attributes: { 'gen_ai.response.id': 'r_1' },
  },
  {
    name: 'Command',
    modelId: 'cohere.command-text-v14',
    body: { prompt: 'Hi', max_tokens: 64, p: 0.1 },
    answer: { id: 'c_1', generations: [{ id: 'g_1', text: 'Hello', finish_reason: 'MAX_TOKENS' }], prompt: 'Hi' },
    headers: counts(7, 3),
    pieces: [
      { is_finished: false, text: 'Hello' },
      { is_finished: true, finish_reason: 'MAX_TOKENS', ...metrics(7, 3) },
    ],
    span: 'text_completion cohere.command-text-v14',
    usage: [7, 3],
    finish: 'length',
    text: 'Hello',
    attributes: { 'gen_ai.request.top_p': 0.1 },
  },
  {
    name: 'Jurassic',
    modelId: 'ai21.j2-ultra-v1',
    body: { prompt: 'Hi', maxTokens: 64, stopSequences: [] },
    answer: { id: 1234, completions: [{ data: { text: 'Hello' }, finishReason: { reason: 'endoftext' } }] },
    headers: counts(6, 17),
    span: 'text_completion ai21.j2-ultra-v1',
    usage: [6, 17],
    finish: 'stop',
    text: 'Hello',
  },
  {
    name: 'Titan embeddings',
    modelId: 'amazon.titan-embed-text-v2:0',
    body: { inputText: 'Hi', dimensions: 256 },
    answer: { embedding: [0.5], inputTextTokenCount: 4 },
    headers: counts(4),
    span: 'embeddings amazon.titan-embed-text-v2:0',
    usage: [4, undefined],
    attributes: { 'gen_ai.embeddings.dimension.count': 256 },
  },
  {
    name: 'Cohere embeddings, which count in a header alone',
    modelId: 'us.cohere.embed-v4:0',
    body: { texts: ['Hi'], input_type: 'search_query' },
    answer: { embeddings: { float: [[0.5]] }, id: 'e_1', response_type: 'embeddings_by_type' },
    headers: counts(5),
    span: 'embeddings us.cohere.embed-v4:0',
    usage: [5, undefined],
  },
  {
    name: 'Nova embeddings',
    modelId: 'amazon.nova-2-multimodal-embeddings-v1:0',
    body: {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: { embeddingPurpose: 'GENERIC_INDEX', text: { value: 'Hi' } },
    },
    answer: { embeddings: [{ embeddingType: 'TEXT', embedding: [0.5] }] },
    headers: counts(19),
    span: 'embeddings amazon.nova-2-multimodal-embeddings-v1:0',
    usage: [19, undefined],
  },
  {
    name: 'rerank',
    modelId: 'cohere.rerank-v3-5:0',
    body: { api_version: 2, query: 'Hi', documents: ['a', 'b'] },
    answer: { results: [{ index: 1, relevance_score: 0.5 }] },
    span: 'rerank cohere.rerank-v3-5:0',
    usage: [undefined, undefined],
  },
  {
    name: 'images',
    modelId: 'amazon.nova-canvas-v1:0',
    body: { taskType: 'TEXT_IMAGE', textToImageParams: { text: 'A cat' } },
    answer: { images: ['aGk='] },
    span: 'generate_content amazon.nova-canvas-v1:0',
    usage: [undefined, undefined],
    attributes: { 'gen_ai.output.type': 'image' },
  },
  {
    name: 'images of a model that takes a prompt',
    modelId: 'stability.sd3-5-large-v1:0',
    body: { prompt: 'A cat' },
    answer: { images: ['aGk='], seeds: [1], finish_reasons: [null] },
    span: 'generate_content stability.sd3-5-large-v1:0',
    usage: [undefined, undefined],
    attributes: { 'gen_ai.output.type': 'image' },
  },
]
