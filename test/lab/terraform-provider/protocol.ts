/** Terraform's plugin protocol 5 as a gRPC service, from `tfplugin5.proto`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { status, type handleUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import protobuf from "protobufjs";

const text = readFileSync(join(import.meta.dirname, "tfplugin5.proto"), "utf8");
const { root } = protobuf.parse(text, { keepCase: true });
const service = root.resolveAll().lookup("tfplugin5.Provider") as protobuf.Service;

/** As fields are sent: snake_case, bytes as Buffers. */
export type Message = Record<string, unknown>;
type Handler = (request: Message) => Message | Promise<Message>;
export type Handlers = Record<string, Handler>;

/** What `Server.addService` takes. A handler that throws ends the call with its message. */
export function providerService(handlers: Handlers): {
  definition: ServiceDefinition;
  implementation: UntypedServiceImplementation;
} {
  const definition: Record<string, unknown> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const method of service.methodsArray) {
    method.resolve();
    const { resolvedRequestType: request, resolvedResponseType: response, name } = method;
    const handle = handlers[name];
    if (request === null || response === null || handle === undefined) throw new Error(`no handler for ${name}`);
    const serialize = (type: protobuf.Type) => (message: Message) =>
      Buffer.from(type.encode(type.fromObject(message)).finish());
    const deserialize = (type: protobuf.Type) => (bytes: Buffer) =>
      type.toObject(type.decode(bytes), { bytes: Buffer, defaults: false });
    definition[name] = {
      path: `/tfplugin5.Provider/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: serialize(request),
      requestDeserialize: deserialize(request),
      responseSerialize: serialize(response),
      responseDeserialize: deserialize(response),
    };
    const call: handleUnaryCall<Message, Message> = ({ request }, callback) => {
      void answer(handle, request, callback);
    };
    implementation[name] = call;
  }
  return { definition: definition as ServiceDefinition, implementation };
}

async function answer(handle: Handler, request: Message, callback: sendUnaryData<Message>): Promise<void> {
  let answer: Message;
  try {
    answer = await handle(request);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    callback({ code: status.INTERNAL, message: text });
    return;
  }
  callback(null, answer);
}
