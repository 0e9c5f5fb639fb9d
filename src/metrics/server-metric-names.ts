/** What lkload reads of a LiveKit server's exposition (1.13.5, pkg/telemetry/prometheus); versions differ. */

const histograms = [
  "livekit_pubsubtime_ms",
  "livekit_session_join_latency_ms",
  "livekit_jitter_us",
  "livekit_rtt_ms",
  "livekit_quality_score",
];

export const serverMetricNames: readonly string[] = [
  "livekit_packet_total",
  "livekit_packet_bytes",
  "livekit_packet_loss_total",
  "livekit_packet_loss_percent_count",
  "livekit_packet_out_of_order_total",
  "livekit_nack_total",
  "livekit_pli_total",
  "livekit_fir_total",
  "livekit_node_packet_total",
  "livekit_room_total",
  "livekit_participant_total",
  "livekit_participant_join_total",
  "livekit_track_published_total",
  "livekit_track_subscribed_total",
  "livekit_track_publish_counter",
  "livekit_track_subscribe_counter",
  "process_cpu_seconds_total",
  "process_resident_memory_bytes",
  "process_start_time_seconds",
  ...histograms.flatMap((name) => ["bucket", "sum", "count"].map((suffix) => `${name}_${suffix}`)),
];
