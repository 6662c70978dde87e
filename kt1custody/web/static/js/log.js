/* The log's page: while a verification is at work it looks again from time to time. */

import { $ } from "./frame.js"

if ($("#progress")) setTimeout(() => location.reload(), 2_000)
