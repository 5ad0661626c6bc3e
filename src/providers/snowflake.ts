import { openaiCompatible } from './openai-compatible.js'

/** Snowflake Cortex (https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api). */
export const snowflake = openaiCompatible({
  id: 'snowflake',
  name: 'Snowflake Cortex',
  baseURL: 'https://{account}.snowflakecomputing.com/api/v2/cortex/v1',
  variables: { account: { env: ['SNOWFLAKE_ACCOUNT', 'SNOWFLAKE_ACCOUNT_ID'] } },
  env: ['SNOWFLAKE_CORTEX_PAT', 'SNOWFLAKE_JWT'],
  quirks: { maxTokensField: 'max_completion_tokens' },
  hosts: ['.snowflakecomputing.com'],
  docs: 'https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api',
})
