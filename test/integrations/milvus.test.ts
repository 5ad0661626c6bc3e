import spec from './milvus.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'milvus.case.ts')
