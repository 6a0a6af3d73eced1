# Sourced by scripts that build for Windows from Debian's sources: where they come from. Needs $work, a folder that
# the caller throws away.
# shellcheck shell=bash disable=SC2034,SC2154  # used, or set, where this is sourced

# Sources come from the first release. A library (never FFmpeg) of which the archive lacks a file there may be
# that of the next one.
releases=(trixie bookworm)
ffmpeg_minimum=7:7.1

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
die() { say "$*"; exit 1; }

# apt with lists and archives of its own: the machine's Debian sources, with those releases for its own. Other
# archives' entries (other suites, no component main) are left out.
apt_setup() {
  local etc=$work/apt/etc
  mkdir -p "$etc" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  touch "$work/apt/status"
  perl - "$etc" "${releases[@]}" << 'PERL'
use strict; use warnings;
my ($etc, @releases) = @ARGV;
my $known = qr/(?:bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)/;
my (@stanzas, @lines);
sub suites {  # the releases' suites in place of the machine's
  my %made;
  for my $suite (@_) { if ($suite =~ /^$known(-updates|-security)?$/) { $made{$_ . ($1 // "")} = 1 for @releases; } }
  return sort keys %made;
}
sub slurp { open(my $f, "<", $_[0]) or return ""; local $/; return scalar(<$f>) // ""; }
for my $file (glob("/etc/apt/sources.list.d/*.sources")) {
  for my $stanza (split(/\n\s*\n/, slurp($file))) {
    $stanza =~ s/^#.*\n?//mg;
    next if $stanza =~ /^Enabled:\s*no\b/mi || $stanza !~ /^Components:.*\bmain\b/mi;
    next unless $stanza =~ /^Suites:((?:.*\n[ \t])*.*)/mi;
    my @suites = suites(split(" ", $1)) or next;
    $stanza =~ s/^Suites:(?:.*\n[ \t])*.*/Suites: @suites/mi;
    $stanza =~ s/^Types:.*/Types: deb deb-src/mi;
    push @stanzas, $stanza;
  }
}
for my $file ("/etc/apt/sources.list", glob("/etc/apt/sources.list.d/*.list")) {
  for (split(/\n/, slurp($file))) {
    next unless /^\s*deb\s+((?:\[[^\]]*\]\s+)?\S+)\s+(\S+)\s+(.*\bmain\b.*)/;
    my ($where, $suite, $components) = ($1, $2, $3);
    push @lines, map { ("deb $where $_ $components", "deb-src $where $_ $components") } suites($suite);
  }
}
sub save { open(my $f, ">", "$etc/$_[0]") or die; print $f $_[1]; }
save("debian.sources", join("\n\n", @stanzas) . "\n") if @stanzas;
save("debian.list", join("\n", @lines) . "\n") if @lines;
PERL
  [[ -n $(ls "$etc") ]] || die 'this machine has no Debian archive in /etc/apt: build the Windows program on Debian 12 or later'
  apt_options=(-qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$etc" -o Dir::Etc::preferences=/dev/null
               -o Dir::Etc::preferencesparts=/dev/null -o APT::Default-Release= -o Dir::State::status="$work/apt/status"
               -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User=root
               -o Acquire::Languages=none -o Acquire::Retries=3)
  apt-get "${apt_options[@]}" update >&2 || say 'some package lists could not be read; trying without them'
  apt-cache "${apt_options[@]}" gencaches
}

# source_of PACKAGE [MINIMUM]: unpacks its newest source version that can be had into $work/src/PACKAGE.
source_of() {
  local package=$1 minimum=${2:-0} version
  mkdir -p "$work/src"
  while IFS= read -r version; do
    dpkg --compare-versions "$version" ge "$minimum" || break
    rm -rf "$work/download/$package"; mkdir -p "$work/download/$package"
    if (cd "$work/download/$package" &&
        apt-get "${apt_options[@]}" source --download-only --only-source "$package=$version" >&2); then
      dpkg-source --no-check -x "$work/download/$package"/*.dsc "$work/src/$package" > /dev/null
      printf '%s %s\n' "$package" "$version" >> "$work/versions"
      return
    fi
  done < <(apt-cache "${apt_options[@]}" showsrc --only-source "$package" | sed -n 's/^Version: //p' | sort -Vru)
  die "no source package of $package (version $minimum or later) can be had from this machine's archive"
}
