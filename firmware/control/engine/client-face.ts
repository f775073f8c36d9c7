import type {
  Add,
  AddReply,
  Audit,
  AuditReply,
  HelloReply,
  Modify,
  ModifyReply,
  Move,
  NetStatistics,
  Notify,
  Provision,
  ProvisionReply,
  Pulse,
  Service,
  Signal,
  Subtract,
  SubtractReply,
} from '../../engine-protocol/messages.ts';

type Body<R> = R extends unknown ? Omit<R, 'id'> : never;

/** The engine as the control plane sees it. A request that the engine refuses, or an engine that is away, rejects. */
export interface Engine {
  provision(ask: Body<Omit<Provision, 'do'>>): Promise<ProvisionReply>;
  audit(): Promise<AuditReply>;
  add(ask: Body<Omit<Add, 'do'>>): Promise<AddReply>;
  modify(ask: Body<Omit<Modify, 'do'>>): Promise<ModifyReply>;
  move(ask: Body<Omit<Move, 'do'>>): Promise<AddReply>;
  subtract(ask: Body<Omit<Subtract, 'do'>>): Promise<SubtractReply>;
  signal(termination: Signal['termination'], play: Signal['play']): Promise<void>;
  /** Line, net and file events, in order, each once. */
  onEvent(listener: (event: Notify) => void): void;
  onService(listener: (service: Service) => void): void;
  onStatistics(listener: (of: readonly NetStatistics[]) => void): void;
  onPulse(listener: (pulse: Pulse) => void): void;
  /** Connected (again); `sameEpoch` false means that the engine was restarted and every context is gone. */
  onConnected(listener: (hello: HelloReply & { readonly sameEpoch: boolean }) => void): void;
  onLost(listener: (why: string) => void): void;
  close(): Promise<void>;
}
export type { Audit };
