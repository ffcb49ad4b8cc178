import { refuseNestedTransactions } from "../../packages/server/src/storage/nested-transactions.ts";

/*
 * An operation that opens a transaction inside another one fails here; on a server it would hang.
 */
refuseNestedTransactions();
