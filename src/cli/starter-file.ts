/** What `lkload init` writes. Pure. */

/** @param schema path or URL of the JSON Schema, by which editors complete the file */
export function starterFile(schema: string): string {
  return `# yaml-language-server: $schema=${schema}
#
# lkload: a load test of LiveKit. Lines that begin with # show the defaults, or examples.
#   lkload plan     who would do what
#   lkload run      do it
#   lkload config   every setting, and where its value came from

version: 1
# name: lkload                        # prefix of everything that a run creates

# The LiveKit deployment under test. Keys are best kept in the environment:
#   LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET
livekit:
  # url: wss://livekit.example.com
  # metrics:                          # without them, loss and subscribe times have no source
  #   - http://livekit-1.example.com:6789/metrics
  # cli:
  #   version: 2.18.2                 # LiveKit CLI on the hosts
  #   source: download                # or push (through this machine), path

# What load. Counts are for each host: 10 hosts × 100 participants = 1,000.
load:
  # scenario: medium-500              # \`lkload scenarios\` lists them
  participants: 100
  # publishers: 10                    # default: 10 % of the participants
  # videoPublishers: 5                # default: half of the publishers
  # audioPublishers: 10               # default: all publishers
  # subscribers: 90                   # default: the rest
  # rooms: per-host                   # or shared, or a number of rooms spread over the hosts
  # videoResolution: high             # or medium, low
  # videoCodec: vp8                   # or h264
  # layout: speaker                   # or 3x3, 4x4, 5x5: how many tracks each subscriber takes
  # numPerSecond: 5                   # participants started per second by each lk process
  duration: 5m                        # full load is held for this long
  # stagger: 0s                       # between the starts of two rooms

# Which machines generate it, over SSH. Or none, with \`lkload run --local\`.
fleet:
  # hosts:
  #   - root@10.0.0.5
  #   - { address: "ubuntu@10.0.0.6:2222", name: gen-2, identityFile: ~/.ssh/load }
  # minHosts: 2                       # go on when at least so many can be used

# Or VMs on OpenStack, made for the run and destroyed after it, with \`--vms 10\` (or vms: 10 in here).
# openstack:
#   flavor: c1.large                  # or { vcpus: 4, ramMb: 8192 }
#   image: Ubuntu 24.04               # or { regex: "^Ubuntu 24" }: the most recent one
#   network: { mode: external, name: Ext-Net }   # or existing, managed, bastion

# ssh:
#   identityFile: ~/.ssh/id_ed25519   # default: the agent, then ~/.ssh/id_*
#   proxyJump: ubuntu@bastion.example.com

# When the run fails. These are the defaults; false drops one.
thresholds:
  # loss: "<= 2.5%"
  # trackSubscribeP99: "<= 400ms"
  # participantsJoined: ">= 100%"
  # hostsFinished: ">= 100%"

# tuning:
#   enabled: true                     # kernel settings of the hosts; restored afterwards
# run:
#   dir: .lkload                      # where results are kept
`;
}
