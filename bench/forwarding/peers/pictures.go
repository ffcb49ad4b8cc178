package main

import (
	"encoding/json"
	"os"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc"
)

// A decoder waits this long for a picture before it asks for a keyframe, as browsers do.
const patience = 3 * time.Second

// pictures is how a decoder sees what comes: a picture is shown once it and all those before it
// are complete, or once a complete keyframe lets it begin anew.
type pictures struct {
	mutex     sync.Mutex
	begun     bool
	next      int64 // number of the packet that continues what was shown
	highest   int64
	packets   map[int64]*rtp.Packet
	shownAt   time.Time
	askedAt   time.Time
	longest   time.Duration
	shown     int64
	late      int64 // packets that came after later ones
	keyframes int64
}

func beginsKeyframe(packet *rtp.Packet) bool {
	return len(packet.Payload) > 0 && packet.Payload[0]&0x1f == 7
}

func (p *pictures) add(packet *rtp.Packet, now time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !p.begun {
		if !beginsKeyframe(packet) {
			return
		}
		p.begun, p.packets, p.shownAt = true, map[int64]*rtp.Packet{}, now
		p.next, p.highest = int64(packet.SequenceNumber), int64(packet.SequenceNumber)
	}
	number := p.highest + int64(int16(packet.SequenceNumber-uint16(p.highest)))
	if number < p.highest {
		p.late++
	} else {
		p.highest = number
	}
	if number < p.next {
		return
	}
	p.packets[number] = packet
	if first, ok := p.keyframeOf(number); ok && first > p.next {
		for ; p.next < first; p.next++ {
			delete(p.packets, p.next)
		}
	}
	for found := p.packets[p.next]; found != nil; found = p.packets[p.next] {
		if beginsKeyframe(found) {
			p.keyframes++
		}
		if found.Marker {
			p.show(now)
		}
		delete(p.packets, p.next)
		p.next++
	}
}

// keyframeOf returns the first packet of the picture that a packet is of, if that is a keyframe of
// which all has come.
func (p *pictures) keyframeOf(number int64) (int64, bool) {
	first := number
	for found := p.packets[first]; found != nil && !beginsKeyframe(found); found = p.packets[first] {
		if first--; number-first >= int64(packetsPerFrame) {
			return 0, false
		}
	}
	for at := first; at < first+int64(packetsPerFrame); at++ {
		if p.packets[at] == nil {
			return 0, false
		}
	}
	return first, true
}

func (p *pictures) show(now time.Time) {
	if gap := now.Sub(p.shownAt); measuring.Load() && gap > p.longest {
		p.longest = gap
	}
	p.shownAt = now
	if measuring.Load() {
		p.shown++
	}
}

// ask asks for a keyframe where nothing was shown for too long.
func (p *pictures) ask(peer *webrtc.PeerConnection, track *webrtc.TrackRemote) {
	for range time.Tick(100 * time.Millisecond) {
		p.mutex.Lock()
		now := time.Now()
		since := p.shownAt
		if !p.begun && p.askedAt.IsZero() {
			p.askedAt = now
		}
		if p.askedAt.After(since) {
			since = p.askedAt
		}
		due := now.Sub(since) > patience
		if due {
			p.askedAt = now
		}
		p.mutex.Unlock()
		if due {
			loss := &rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}
			if err := peer.WriteRTCP([]rtcp.Packet{loss}); err != nil {
				return
			}
		}
	}
}

func reportPictures(subscribers []*subscriber) {
	var shown, late, keyframes int64
	freezes := []float64{}
	for _, got := range subscribers {
		got.pictures.mutex.Lock()
		longest := got.pictures.longest
		if gap := time.Since(got.pictures.shownAt); gap > longest {
			longest = gap
		}
		freezes = append(freezes, float64(longest.Microseconds())/1e3)
		shown += got.pictures.shown
		late += got.pictures.late
		keyframes += got.pictures.keyframes
		got.pictures.mutex.Unlock()
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"shown": shown, "late": late, "keyframes": keyframes, "freezesMs": freezes,
	})
}
